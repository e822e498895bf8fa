import { Token } from 'aws-cdk-lib';
import { CSV_FORMAT, CSV_FORMAT_OPTIONS } from './csv-kinds';
import { requireDateFormat } from './date-formats';
import { requireEncoding } from './encodings';
import { requireArguments, requireKind } from '../common/require-kinds';
import { ConfigurationError } from '../errors';

/** Options of `CsvFormat.of`; what is left out is detected in each file. */
export interface CsvFormatOptions {
  /**
   * The character between fields, an ASCII character.
   *
   * @default - detected: from a first line such as `sep=;`, else comma, semicolon, tab or pipe
   */
  readonly delimiter?: string;

  /**
   * The character around fields that hold a delimiter, a line break or, doubled, itself: an ASCII character, or '' where
   * fields are never quoted.
   *
   * @default '"'
   */
  readonly quote?: string;

  /**
   * The character that makes the character after it text, a quote or itself: an ASCII character, such as the backslash
   * with which Spark and MySQL write `"5\" disk"`. A doubled quote is read as one quote besides. Needs a `quote`.
   *
   * @default - none: a backslash is text, and a record with `\"` that is not quoted by the rules is rejected
   */
  readonly escape?: string;

  /**
   * Whether a record is rejected that has a quote in a field which does not begin with one, such as `5" disk`.
   *
   * @default false - its fields are read as they stand, and the log, `--plan` and `metricRowsWithInnerQuotes` count such records
   */
  readonly strictQuotes?: boolean;

  /**
   * The line that the header begins on, from 1 to 1,000; what stands before it is left out, and the log says so.
   *
   * @default - the first record within 50 lines that has all columns of the key; where none has or no key is known, the first record
   */
  readonly headerLine?: number;

  /**
   * How many lines at the end of the file are no records, such as totals and a copyright, from 0 to 100. Blank lines do
   * not count.
   *
   * @default 0 - records of another width than the header's that end a file are rejected as "a footer of 3 lines"
   */
  readonly footerLines?: number;

  /**
   * Whether blanks and characters that nobody sees (tabs, no-break and zero-width spaces, control characters) are taken from
   * around the values of key columns.
   *
   * @default false - a loader rejects records with such a key, by the character's number
   */
  readonly trimKeys?: boolean;

  /**
   * How the text is encoded: UTF, ISO 8859, a Windows, DOS or Mac code page, KOI8, or an East Asian encoding, by names such
   * as `utf-8`, `windows-1252`, `iso-8859-15`, `shift_jis`. A byte order mark is understood and dropped.
   *
   * @default - detected: UTF-8, UTF-16 or Windows-1252
   */
  readonly encoding?: string;

  /**
   * Fields that mean "no value", exactly as they are written in the file.
   *
   * @default ['']
   */
  readonly nullValues?: string[];

  /**
   * Formats of dates and times other than ISO 8601, in Redshift's notation: `DD/MM/YYYY`, `MM/DD/YYYY HH24:MI:SS`.
   * Without one `01/02/2024` stays text, since either number may be the month. Tokens: YYYY, MM, MON, DD, HH24, HH12
   * with AM or PM, MI and SS.
   *
   * @default - ISO 8601 only
   */
  readonly dateFormats?: string[];

  /**
   * What stands before the decimals of a number: '.' or ','. With ',' the text `28,7` is a number, and `28.7` is text
   * unless `thousandsSeparator` is '.'. Currencies and percent signs make a number text in any case.
   *
   * @default '.' - a column of numbers with decimal commas is text, and `--plan` and the log say that it looks like them
   */
  readonly decimalSeparator?: string;

  /**
   * What may stand between groups of three digits: '.', ',', an apostrophe or a blank, which stands for the no-break
   * blanks as well. Another one than `decimalSeparator`.
   *
   * @default - none: `1,234` and `1.234.567` are text
   */
  readonly thousandsSeparator?: string;

  /**
   * Whether `5.00-` and `(5.00)` are the number -5.00, as accounting programs write it.
   *
   * @default false - they are text
   */
  readonly accountingNegatives?: boolean;
}

/** The format of CSV files. Files whose name ends with `.gz` are decompressed in any case. */
export class CsvFormat {
  /** Everything is detected in each file. */
  public static detect(): CsvFormat {
    return new CsvFormat({});
  }

  /** A known format; nothing in it is guessed, and a file of another format fails. */
  public static of(options: CsvFormatOptions): CsvFormat {
    requireKind('options of CsvFormat.of', options, CSV_FORMAT_OPTIONS);
    return new CsvFormat(options);
  }

  /**
   * The character between fields.
   *
   * @default - detected
   */
  public readonly delimiter?: string;
  /** The character around fields. */
  public readonly quote: string;
  /**
   * The character that makes the one after it text.
   *
   * @default - none
   */
  public readonly escape?: string;
  /** Whether a quote in an unquoted field rejects the record. */
  public readonly strictQuotes: boolean;
  /**
   * The line that the header begins on, from 1.
   *
   * @default - found by the key
   */
  public readonly headerLine?: number;
  /** How many lines at the end of the file are no records. */
  public readonly footerLines: number;
  /** Whether blanks around keys are taken off. */
  public readonly trimKeys: boolean;
  /**
   * How the text is encoded.
   *
   * @default - detected
   */
  public readonly encoding?: string;
  /** Fields that mean "no value". */
  public readonly nullValues: string[];
  /** Formats of dates and times other than ISO 8601. */
  public readonly dateFormats: string[];
  /** What stands before the decimals of a number. */
  public readonly decimalSeparator: string;
  /**
   * What may stand between groups of three digits.
   *
   * @default - none
   */
  public readonly thousandsSeparator?: string;
  /** Whether `5.00-` and `(5.00)` are negative numbers. */
  public readonly accountingNegatives: boolean;

  private constructor(options: CsvFormatOptions) {
    this.delimiter = options.delimiter;
    this.quote = options.quote ?? '"';
    this.escape = options.escape;
    this.strictQuotes = options.strictQuotes ?? false;
    this.headerLine = options.headerLine;
    this.footerLines = options.footerLines ?? 0;
    this.trimKeys = options.trimKeys ?? false;
    this.encoding = options.encoding;
    this.nullValues = options.nullValues ?? [''];
    this.dateFormats = options.dateFormats ?? [];
    this.decimalSeparator = options.decimalSeparator ?? '.';
    this.thousandsSeparator = options.thousandsSeparator;
    this.accountingNegatives = options.accountingNegatives ?? false;

    requireCharacter('delimiter', this.delimiter);
    if (this.quote !== '') {
      requireCharacter('quote', this.quote);
    }
    if (this.delimiter === this.quote) {
      throw new ConfigurationError(`delimiter and quote are both '${this.quote}', but two different characters are needed; change one of them`);
    }
    requireCharacter('escape', this.escape);
    if (this.escape !== undefined) {
      requireEscape(this.escape, this.quote, this.delimiter);
    }
    requireLines('headerLine', this.headerLine, 1, 1000);
    requireLines('footerLines', this.footerLines, 0, 100);
    if (this.encoding !== undefined && !Token.isUnresolved(this.encoding)) {
      requireEncoding(this.encoding);
    }
    this.dateFormats.filter((format) => !Token.isUnresolved(format)).forEach(requireDateFormat);
    requireSeparators(this.decimalSeparator, this.thousandsSeparator);
  }

  /** Whether the other format has the same settings. In Python use this, not `==`, which compares identities. */
  public isEqualTo(other: CsvFormat): boolean {
    requireArguments('CsvFormat.isEqualTo', { other }, { other: CSV_FORMAT });
    return this.delimiter === other.delimiter
      && this.quote === other.quote
      && this.escape === other.escape
      && this.strictQuotes === other.strictQuotes
      && this.headerLine === other.headerLine
      && this.footerLines === other.footerLines
      && this.trimKeys === other.trimKeys
      && this.encoding === other.encoding
      && this.decimalSeparator === other.decimalSeparator
      && this.thousandsSeparator === other.thousandsSeparator
      && this.accountingNegatives === other.accountingNegatives
      && JSON.stringify([this.nullValues, this.dateFormats]) === JSON.stringify([other.nullValues, other.dateFormats]);
  }
}

function requireEscape(escape: string, quote: string, delimiter: string | undefined): void {
  if (quote === '') {
    throw new ConfigurationError(`escape is '${escape}' and quote is '', but an escape stands within quotes; leave out one of them`);
  }
  if (escape === quote || escape === delimiter) {
    const other = escape === quote ? 'quote' : 'delimiter';
    throw new ConfigurationError(`escape and ${other} are both '${escape}', but two different characters are needed; change one of them${other === 'quote' ? ', or leave out escape: a doubled quote needs none' : ''}`);
  }
}

function requireSeparators(decimal: string, thousands: string | undefined): void {
  if (!Token.isUnresolved(decimal) && !['.', ','].includes(decimal)) {
    throw new ConfigurationError(`decimalSeparator is ${JSON.stringify(decimal)}, but '.' or ',' is allowed; leave it out for '.'`);
  }
  if (thousands !== undefined && !Token.isUnresolved(thousands) && !['.', ',', "'", ' ', '\u00a0', '\u202f'].includes(thousands)) {
    throw new ConfigurationError(
      `thousandsSeparator is ${JSON.stringify(thousands)}, but '.', ',', an apostrophe or a blank is allowed; leave it out where numbers have none`,
    );
  }
  if (decimal === thousands) {
    throw new ConfigurationError(
      `decimalSeparator and thousandsSeparator are both '${decimal}', but two different characters are needed; set decimalSeparator: '${decimal === '.' ? ',' : '.'}'`
      + ' if numbers are written so',
    );
  }
}

function requireLines(name: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && !Token.isUnresolved(value) && !(Number.isInteger(value) && value >= least && value <= most)) {
    throw new ConfigurationError(`${name} is ${value}, but a whole number from ${least} to ${most} is allowed; leave it out for the default`);
  }
}

function requireCharacter(name: string, value: string | undefined): void {
  if (value !== undefined && !Token.isUnresolved(value) && !/^[\x01-\x09\x0b\x0c\x0e-\x7f]$/.test(value)) {
    throw new ConfigurationError(`${name} is ${JSON.stringify(value)}, but one ASCII character other than a line break is allowed; leave it out for the default`);
  }
}
