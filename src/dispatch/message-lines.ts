import { objectUrl } from './console-links';
import { FileWords } from './file-words';
import { ManifestFile } from './manifest';
import { OutcomeDocument, RuleReason } from './outcome-document';
import { ChangedTable, FileReport } from './run-outcome';

/** A rule's description may be as long as its author likes. */
const LONGEST_DESCRIPTION = 200;

/** A file may bring as many columns as a table has. */
const MOST_COLUMNS_LISTED = 20;

/** What went wrong with a file may quote much of it. */
const LONGEST_REASON = 2_000;

/** So many of a pipeline's files: '2 file(s)'. */
export function countOf(words: FileWords, count: number): string {
  return `${count} ${words.file}(s)`;
}

/** A file with its reason, what was found in it, and where to read more. */
export function lineAndDetails(region: string, report: FileReport): string[] {
  const found = report.found;
  const totals = found && found.rows_rejected > 0 ? [`  ${rowsBroken(found)}`] : [];
  return [lineOf(report), ...totals, ...(found ? detailsOf(region, found) : [])];
}

/** A file with its reason. */
export function lineOf({ file, reason }: FileReport): string {
  return `- ${nameOf(file)}: ${reasonOf(reason)}`;
}

/** A reason, on one line of bounded length. */
export function reasonOf(reason: string): string {
  return cut(onOneLine(reason), LONGEST_REASON);
}

/** A file by its URL. */
export function nameOf(file: ManifestFile): string {
  return `s3://${file.bucket}/${onOneLine(file.key)}`;
}

/** The rejected rows of files, added up. */
export function rowsRejected(found: OutcomeDocument[]): string {
  const sum = (count: (document: OutcomeDocument) => number): string => asText(found.map(count).reduce((total, rows) => total + rows, 0));
  return `${sum(({ rows_rejected }) => rows_rejected)} of ${sum(({ rows_read }) => rows_read)} rows rejected`;
}

/** The rejected rows of a file, and those that passed with a warning. */
export function rowsBroken(found: OutcomeDocument): string {
  return rowsRejected([found]) + (found.rows_warned > 0 ? `, ${asText(found.rows_warned)} with a warning only` : '');
}

/** What changed with files, in numbers. */
export function changesOf(found: ChangedTable['found'][]): string[] {
  const added = new Set(found.flatMap(({ columns_added }) => columns_added)).size;
  const widened = new Set(found.flatMap(({ columns_widened }) => columns_widened)).size;
  const rescued = found.reduce((total, { rows_rescued }) => total + rows_rescued, 0);
  return [
    ...(added > 0 ? [`${added} column(s) added`] : []),
    ...(widened > 0 ? [`${widened} column(s) widened`] : []),
    ...(rescued > 0 ? [`${asText(rescued)} row(s) with rescued values`] : []),
  ];
}

/** What changed with a file, by name. */
export function changedTable({ file, found }: ChangedTable): string[] {
  const named = (heading: string, columns: string[]): string[] => (columns.length > 0 ? [`  ${heading}: ${someOf(columns)}`] : []);
  return [
    `- ${nameOf(file)}: ${changesOf([found]).join(', ')}`,
    ...named('Columns added', found.columns_added),
    ...named('Columns widened', found.columns_widened),
    ...named('No longer NOT NULL', found.columns_nullable),
    ...named('Rescue columns', found.rescue_columns),
  ];
}

/** Why rows of a file were rejected or warned of, and where to read more. */
export function detailsOf(region: string, found: OutcomeDocument): string[] {
  const isWarning = (reason: RuleReason): boolean => reason.severity === 'warning';
  return [
    ...found.top_reasons.filter((reason) => !isWarning(reason)).map((reason) => reasonLine('error', reason)),
    ...found.top_reasons.filter(isWarning).map((reason) => reasonLine('warning', reason)),
    ...link(region, 'Report', found.report),
    ...link(region, 'Rejected rows', found.rejected),
    ...link(region, 'Original', found.moved_to),
  ];
}

function reasonLine(severity: string, { rule, description, rows }: RuleReason): string {
  const shown = cut(onOneLine(description), LONGEST_DESCRIPTION);
  return `  - ${severity}, ${asText(rows)} row(s): ${onOneLine(rule)}${shown ? ` (${shown})` : ''}`;
}

function link(region: string, name: string, url: string | null): string[] {
  if (url === null) {
    return [];
  }
  const inConsole = objectUrl(region, url);
  return [`  ${name}: ${onOneLine(url)}`, ...(inConsole ? [`    ${inConsole}`] : [])];
}

function someOf(columns: string[]): string {
  const rest = columns.length - MOST_COLUMNS_LISTED;
  return columns.slice(0, MOST_COLUMNS_LISTED).map(onOneLine).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function asText(count: number): string {
  return count.toLocaleString('en-US');
}

/** A key or a value may hold line breaks, which would make lines of the message. */
export function onOneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, (character) => encodeURIComponent(character));
}
