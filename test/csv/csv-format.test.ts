import { CsvFormat } from '../../src';

test('detects everything unless told otherwise', () => {
  expect({ ...CsvFormat.detect() }).toEqual({
    delimiter: undefined,
    quote: '"',
    escape: undefined,
    strictQuotes: false,
    headerLine: undefined,
    footerLines: 0,
    trimKeys: false,
    encoding: undefined,
    nullValues: [''],
    dateFormats: [],
    decimalSeparator: '.',
    thousandsSeparator: undefined,
    accountingNegatives: false,
  });
});

test('keeps what it is told', () => {
  const options = {
    delimiter: '\t',
    quote: "'",
    escape: '\\',
    strictQuotes: true,
    headerLine: 4,
    footerLines: 3,
    trimKeys: true,
    encoding: 'windows-1252',
    nullValues: ['', 'NULL'],
    dateFormats: ['DD/MM/YYYY'],
    decimalSeparator: ',',
    thousandsSeparator: '.',
    accountingNegatives: true,
  };
  expect({ ...CsvFormat.of(options) }).toEqual(options);
});

test.each([
  [{ delimiter: '' }, 'delimiter is "", but one ASCII character other than a line break is allowed'],
  [{ delimiter: '\0' }, 'delimiter is "\\u0000"'],
  [{ quote: '""' }, 'quote is'],
  [{ delimiter: '"' }, "delimiter and quote are both '\"'"],
  [{ escape: '\n' }, 'escape is "\\n", but one ASCII character'],
  [{ escape: '"' }, "escape and quote are both '\"', but two different characters are needed"],
  [{ escape: ';', delimiter: ';' }, "escape and delimiter are both ';'"],
  [{ escape: '\\', quote: '' }, "escape is '\\' and quote is ''"],
  [{ strictQuotes: 'yes' as unknown as boolean }, "strictQuotes of CsvFormat.of is 'yes', but true or false is allowed"],
  [{ headerLine: 0 }, 'headerLine is 0, but a whole number from 1 to 1000 is allowed'],
  [{ headerLine: 1.5 }, 'headerLine is 1.5, but'],
  [{ headerLine: '4' as unknown as number }, "headerLine of CsvFormat.of is '4', but a number is allowed"],
  [{ footerLines: -1 }, 'footerLines is -1, but a whole number from 0 to 100 is allowed'],
  [{ encoding: 'base64' }, "encoding is 'base64', but one of utf-8, utf8,"],
  [{ encoding: '' }, "encoding is '', but one of"],
  [{ dateFormats: ['DD/MM/YYYY', 'DD/MM/YY'] }, "dateFormats has 'DD/MM/YY', but 'YY' in it is no token that is read: YYYY, HH24"],
  [{ dateFormats: ['DD/MM'] }, "dateFormats has 'DD/MM', but a format that says one date is allowed"],
  [{ decimalSeparator: '' }, "decimalSeparator is \"\", but '.' or ',' is allowed"],
  [{ decimalSeparator: ';' }, 'decimalSeparator is ";"'],
  [{ thousandsSeparator: '_' }, "thousandsSeparator is \"_\", but '.', ',', an apostrophe or a blank is allowed"],
  [{ thousandsSeparator: '.' }, "decimalSeparator and thousandsSeparator are both '.', but two different characters are needed; set decimalSeparator: ','"],
  [{ decimalSeparator: ',', thousandsSeparator: ',' }, "set decimalSeparator: '.'"],
])('refuses %j', (options, message) => {
  expect(() => CsvFormat.of(options)).toThrow(message);
});

test('equals a format of files that are written in the same way', () => {
  const options = { delimiter: ';', quote: "'", escape: '\\', strictQuotes: true, headerLine: 4, footerLines: 3, trimKeys: true, encoding: 'utf-8', nullValues: ['', 'NULL'], dateFormats: ['DD/MM/YYYY'], decimalSeparator: ',', thousandsSeparator: "'", accountingNegatives: true };
  expect(CsvFormat.of(options).isEqualTo(CsvFormat.of({ ...options }))).toBe(true);
  expect(CsvFormat.detect().isEqualTo(CsvFormat.of({ quote: '"', nullValues: [''] }))).toBe(true);
  for (const option of Object.keys(options)) {
    expect(CsvFormat.of(options).isEqualTo(CsvFormat.of({ ...options, [option]: undefined }))).toBe(false);
  }
});
