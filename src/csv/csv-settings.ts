import { CsvFormat } from './csv-format';

/** A CSV format as a job knows it. */
export function renderCsvFormat(csv: CsvFormat): object {
  return {
    delimiter: csv.delimiter,
    quote: csv.quote,
    encoding: csv.encoding,
    null_values: csv.nullValues,
    date_formats: csv.dateFormats,
  };
}
