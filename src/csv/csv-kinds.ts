import type { CsvFormat, CsvFormatOptions } from './csv-format';
import { BOOLEAN, like, listOf, NUMBER, optional, struct, TEXT } from '../common/kinds';

export const CSV_FORMAT = like<CsvFormat>('a CsvFormat', "write for example CsvFormat.of({ delimiter: ';' })", 'quote', 'nullValues', 'dateFormats', 'isEqualTo');

export const CSV_FORMAT_OPTIONS = struct<CsvFormatOptions>({
  delimiter: optional(TEXT),
  quote: optional(TEXT),
  escape: optional(TEXT),
  strictQuotes: optional(BOOLEAN),
  headerLine: optional(NUMBER),
  footerLines: optional(NUMBER),
  trimKeys: optional(BOOLEAN),
  encoding: optional(TEXT),
  nullValues: optional(listOf(TEXT)),
  dateFormats: optional(listOf(TEXT)),
  decimalSeparator: optional(TEXT),
  thousandsSeparator: optional(TEXT),
  accountingNegatives: optional(BOOLEAN),
});
