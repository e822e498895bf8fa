import { objectCreated } from './factories';
import { buildManifest, manifestKey, parseManifest, toObjectCreated, UnreadableManifestError } from '../../src/dispatch/manifest';

const NOW = new Date('2024-03-01T10:05:09.123Z');
const keysOf = (objects: Parameters<typeof buildManifest>[1]): string[] => buildManifest('p', objects, NOW).files.map(({ key }) => key);

test('tells all of a file', () => {
  expect(buildManifest('crm', [objectCreated()], NOW)).toEqual({
    manifest_version: 1,
    pipeline: 'crm',
    created_at: '2024-03-01T10:05:09.123Z',
    files: [{
      load_id: expect.stringMatching(/^[0-9a-f]{64}$/),
      bucket: 'landing',
      key: 'customers/a.csv',
      version_id: 'v1',
      etag: 'd41d8cd98f00b204e9800998ecf8427e',
      size: 120,
      sequencer: '0062E99A88DC407460',
      event_time: '2024-03-01T10:00:00Z',
      attempt: 0,
    }],
  });
});

test('lists a write once, however often its event came, with the greatest attempt', () => {
  const { files } = buildManifest('p', [objectCreated(), objectCreated({ attempt: 1 }), objectCreated()], NOW);
  expect(files.map(({ attempt }) => attempt)).toEqual([1]);
});

test('orders files by time, whatever the precision of the times', () => {
  expect(keysOf([
    objectCreated({ key: 'c', eventTime: '2024-03-01T10:00:01Z' }),
    objectCreated({ key: 'b', eventTime: '2024-03-01T10:00:00.500Z' }),
    objectCreated({ key: 'a', eventTime: '2024-03-01T10:00:00Z' }),
  ])).toEqual(['a', 'b', 'c']);
});

test('orders files of one time by key', () => {
  expect(keysOf([objectCreated({ key: 'b' }), objectCreated({ key: 'B' }), objectCreated({ key: 'a' })])).toEqual(['B', 'a', 'b']);
});

test('orders writes of one key and time by sequencer as numbers, in either letter case', () => {
  const writes = ['10', 'ff', 'A'].map((sequencer) => objectCreated({ versionId: null, sequencer }));
  expect(buildManifest('p', writes, NOW).files.map(({ sequencer }) => sequencer)).toEqual(['A', '10', 'ff']);
});

test('is kept by pipeline, day and time in UTC', () => {
  expect(manifestKey('crm', NOW, 'id')).toBe('manifests/crm/2024-03-01/100509-id.json');
});

test('gives the writes back', () => {
  const objects = [objectCreated(), objectCreated({ key: 'z', versionId: null, sequencer: null, attempt: 1 })];
  const manifest = parseManifest('s3://b/m', JSON.stringify(buildManifest('p', objects, NOW)));
  expect(manifest.files.map(toObjectCreated)).toEqual(objects);
});

test.each(['nonsense', '{}', '{"manifest_version": 2, "files": []}', 'null'])('refuses %s and names the manifest', (text) => {
  expect(() => parseManifest('s3://b/m', text)).toThrow(UnreadableManifestError);
  expect(() => parseManifest('s3://b/m', text)).toThrow('s3://b/m');
});
