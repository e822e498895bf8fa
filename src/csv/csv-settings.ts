import { CsvFormat } from './csv-format';

/** A CSV format as a job knows it; what is off is left out, so that a new option changes no template. */
export function renderCsvFormat(csv: CsvFormat): object {
  return {
    delimiter: csv.delimiter,
    quote: csv.quote,
    escape: csv.escape,
    strict_quotes: csv.strictQuotes || undefined,
    header_line: csv.headerLine,
    footer_lines: csv.footerLines || undefined,
    trim_keys: csv.trimKeys || undefined,
    encoding: csv.encoding,
    null_values: csv.nullValues,
    date_formats: csv.dateFormats,
    decimal_separator: csv.decimalSeparator === '.' ? undefined : csv.decimalSeparator,
    thousands_separator: csv.thousandsSeparator,
    accounting_negatives: csv.accountingNegatives || undefined,
  };
}
