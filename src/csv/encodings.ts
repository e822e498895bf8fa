import { ConfigurationError } from '../errors';

const numbered = (prefix: string, ...numbers: number[]): string[] => numbers.map((number) => `${prefix}${number}`);
const WINDOWS = [1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258];

/** Encodings that the job reads, a part of those that Python knows. */
export const ENCODINGS = [
  'utf-8', 'utf8', 'utf-8-sig', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le', 'utf-32-be',
  'ascii', 'us-ascii', 'latin-1', 'latin1',
  ...numbered('iso-8859-', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16),
  ...numbered('windows-', ...WINDOWS),
  ...numbered('cp', 437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874, 932, 936, 949, 950, ...WINDOWS),
  'mac-roman', 'koi8-r', 'koi8-u', 'tis-620',
  'big5', 'gb2312', 'gbk', 'gb18030', 'shift-jis', 'euc-jp', 'iso-2022-jp', 'euc-kr',
];

/** Throws unless the job reads the encoding; '-' and '_' are the same, as are upper and lower case. */
export function requireEncoding(encoding: string): void {
  if (!ENCODINGS.includes(encoding.toLowerCase().replaceAll('_', '-'))) {
    throw new ConfigurationError(`encoding is '${encoding}', but one of ${ENCODINGS.join(', ')} is allowed; leave it out to have it detected`);
  }
}
