import { createHash } from 'crypto';
import { objectCreated } from './factories';
import { loadId } from '../../src/dispatch/load-id';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('is made of bucket, key and version', () => {
  expect(loadId(objectCreated())).toBe(sha256('landing\ncustomers/a.csv\nversion:v1'));
});

test('is made of the sequencer where there are no versions', () => {
  expect(loadId(objectCreated({ versionId: null }))).toBe(sha256('landing\ncustomers/a.csv\nsequencer:0062E99A88DC407460'));
});

test('is made of ETag and time where a listing told of the object', () => {
  expect(loadId(objectCreated({ versionId: null, sequencer: null })))
    .toBe(sha256('landing\ncustomers/a.csv\netag:d41d8cd98f00b204e9800998ecf8427e:2024-03-01T10:00:00Z'));
});

test('is the same for a redelivered event and for another attempt', () => {
  expect(loadId(objectCreated({ attempt: 2 }))).toBe(loadId(objectCreated()));
});

test('is new for each write of a key, also when content A comes back after B', () => {
  const writes = ['01', '02', '03'].map((sequencer) => loadId(objectCreated({ versionId: null, sequencer, etag: 'a' })));
  expect(new Set(writes).size).toBe(3);
});
