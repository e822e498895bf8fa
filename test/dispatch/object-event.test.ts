import { objectCreated, s3EventBody } from './factories';
import { parseObjectCreated, toEventBody, UnreadableEventError } from '../../src/dispatch/object-event';

const changed = (change: (event: any) => void): string => {
  const event = JSON.parse(s3EventBody(objectCreated()));
  change(event);
  return JSON.stringify(event);
};

test("reads S3's event", () => {
  expect(parseObjectCreated(s3EventBody(objectCreated()))).toEqual(objectCreated());
});

test.each(['a b.csv', 'a+b.csv', 'a%2Bb.csv', 'ä/日本 "x".csv', "o'brien\\.csv"])('takes the key %s as it is, without decoding it', (key) => {
  expect(parseObjectCreated(s3EventBody(objectCreated({ key }))).key).toBe(key);
});

test.each([undefined, null, 'null', ''])('takes %p for the version of an unversioned object', (version) => {
  expect(parseObjectCreated(changed((event) => { event.detail.object['version-id'] = version; })).versionId).toBeNull();
});

test('drops the quotes of an ETag', () => {
  expect(parseObjectCreated(changed((event) => { event.detail.object.etag = '"abc-2"'; })).etag).toBe('abc-2');
});

test.each([
  objectCreated({ attempt: 2 }),
  objectCreated({ versionId: null }),
  objectCreated({ sequencer: null, key: 'ä "b"+c.csv' }),
])('reads back what it puts on the queue: %j', (object) => {
  expect(parseObjectCreated(toEventBody(object))).toEqual(object);
});

test('says that a message came from the platform', () => {
  expect(JSON.parse(toEventBody(objectCreated())).source).toBe('cdk-customer-data-platform');
});

test.each([
  ['no JSON', 'hello', 'it is not JSON'],
  ['a list', '[]', 'the body is []'],
  ['another event', changed((event) => { event['detail-type'] = 'Object Deleted'; }), 'detail-type is "Object Deleted"'],
  ['no detail', changed((event) => { delete event.detail; }), 'detail is undefined'],
  ['no bucket', changed((event) => { delete event.detail.bucket; }), 'detail.bucket is undefined'],
  ['no key', changed((event) => { delete event.detail.object.key; }), 'detail.object.key is undefined'],
  ['no ETag', changed((event) => { delete event.detail.object.etag; }), 'detail.object.etag is undefined'],
  ['a size that is text', changed((event) => { event.detail.object.size = '12'; }), 'detail.object.size is "12"'],
  ['no time', changed((event) => { event.time = 'yesterday'; }), 'time is "yesterday"'],
  ['a negative attempt', changed((event) => { event.detail.attempt = -1; }), 'detail.attempt is -1'],
])('refuses a message with %s and says why', (_, body, reason) => {
  expect(() => parseObjectCreated(body)).toThrow(UnreadableEventError);
  expect(() => parseObjectCreated(body)).toThrow(reason);
});
