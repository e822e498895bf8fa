import { objectCreated } from './factories';
import { CSV_FILES } from '../../src/csv/csv-files';
import { writeIdentity } from '../../src/dispatch/ledger';
import { loadId } from '../../src/dispatch/load-id';
import { earliestWrite, filesDue, filesMissed, ListedObject } from '../../src/dispatch/sweep-selection';

const NOW = new Date('2024-03-08T12:00:00Z');
/** When the listed files were written, in seconds. */
const LISTED_AT = Date.parse('2024-03-08T10:00:00Z') / 1000;
const scope = { prefix: 'in/', ownPrefixes: ['in/error/'], ...CSV_FILES };
const listed = (given: Partial<ListedObject> = {}): ListedObject => ({
  Key: 'in/a.csv',
  VersionId: 'v1',
  IsLatest: true,
  ETag: '"etag"',
  Size: 5,
  LastModified: new Date('2024-03-08T10:00:00Z'),
  ...given,
});
const dueKeys = (...objects: ListedObject[]): string[] => filesDue('landing', objects, scope, NOW).map(({ key }) => key);

test('takes files that should have been loaded by now', () => {
  expect(filesDue('landing', [listed()], scope, NOW)).toEqual([{
    bucket: 'landing',
    key: 'in/a.csv',
    versionId: 'v1',
    etag: 'etag',
    size: 5,
    sequencer: null,
    eventTime: '2024-03-08T10:00:00.000Z',
    attempt: 0,
  }]);
});

test.each([
  ['younger than an hour', { LastModified: new Date('2024-03-08T11:00:01Z') }],
  ['older than a week', { LastModified: new Date('2024-03-01T11:59:59Z') }],
  ['overwritten', { IsLatest: false }],
  ["the platform's own", { Key: 'in/error/a.csv' }],
  ['of another kind', { Key: 'in/a.txt' }],
])('leaves out what is %s', (_, given) => {
  expect(dueKeys(listed(given))).toEqual([]);
});

test.each([['an hour', '2024-03-08T11:00:00Z'], ['a week', '2024-03-01T12:00:00Z']])('takes what is exactly %s old', (_, time) => {
  expect(dueKeys(listed({ LastModified: new Date(time) }))).toEqual(['in/a.csv']);
});

test('gives a file of a versioned bucket the load id that its event would have given it', () => {
  const [file] = filesDue('landing', [listed({ Key: 'in/a.csv' })], scope, NOW);
  expect(loadId(file)).toBe(loadId(objectCreated({ key: 'in/a.csv', versionId: 'v1' })));
});

test('knows the files of an unversioned bucket by their ETag', () => {
  const due = filesDue('landing', [listed({ VersionId: 'null' }), listed({ VersionId: 'null', Key: 'in/b.csv' })], scope, NOW);
  expect(due.map(({ versionId }) => versionId)).toEqual([null, null]);
  const finished = new Map([[writeIdentity('in/a.csv', null, 'etag'), LISTED_AT]]);
  expect(filesMissed(due, finished).map(({ key }) => key)).toEqual(['in/b.csv']);
});

test.each([
  ['an older write of the same content', LISTED_AT - 1, 1],
  ['the same second', LISTED_AT, 0],
  ['a later write of the same content', LISTED_AT + 60, 0],
])('takes a file of an unversioned bucket for missed when the ledger knows only %s: %i', (_, writtenAt, missed) => {
  const due = filesDue('landing', [listed({ VersionId: 'null', LastModified: new Date('2024-03-08T10:00:00.900Z') })], scope, NOW);
  expect(filesMissed(due, new Map([[writeIdentity('in/a.csv', null, 'etag'), writtenAt]]))).toHaveLength(missed);
});

test('knows a version by its id, whenever it was written', () => {
  const due = filesDue('landing', [listed()], scope, NOW);
  expect(filesMissed(due, new Map([[writeIdentity('in/a.csv', 'v1', 'etag'), LISTED_AT - 60]]))).toEqual([]);
});

test('takes a new version of a finished file for missed', () => {
  const due = filesDue('landing', [listed({ VersionId: 'v2' })], scope, NOW);
  expect(filesMissed(due, new Map([[writeIdentity('in/a.csv', 'v1', 'etag'), LISTED_AT]]))).toEqual(due);
});

test('asks since the earliest of more files than a call takes arguments', () => {
  const [file] = filesDue('landing', [listed()], scope, NOW);
  const files = Array.from({ length: 300_000 }, (_, index) => ({ ...file, eventTime: new Date(index * 1000).toISOString() })).reverse();
  expect(earliestWrite(files)).toEqual(new Date(0));
});

test('asks since the earliest write', () => {
  const due = filesDue('landing', [listed(), listed({ LastModified: new Date('2024-03-05T00:00:00Z') })], scope, NOW);
  expect(earliestWrite(due)).toEqual(new Date('2024-03-05T00:00:00Z'));
});
