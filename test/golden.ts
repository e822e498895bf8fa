import { readFileSync } from 'fs';

/** The SQL of a reviewed golden file, without the comments that say where the manual allows it. */
export function goldenSql(path: string): string {
  return readFileSync(path, 'utf8').split('\n').filter((line) => !line.startsWith('--')).join('\n').trim();
}
