import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { newGate, RULES } from './helpers';
import { DataQualityGateProps } from '../../src';
import { newLoader, newStack } from '../csv-loading/helpers';

const own = (name: string): Partial<DataQualityGateProps> => ({ prefix: `${name}/` });

function inEitherOrder(...makers: ((stack: Stack, bucket: Bucket) => void)[]): (() => void)[] {
  return [makers, [...makers].reverse()].map((order) => () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Landing');
    order.forEach((make) => make(stack, bucket));
  });
}

test('gates and loaders of one bucket need nothing but a prefix, one after the other too', () => {
  for (const app of inEitherOrder(
    (stack) => newGate({ prefix: 'in/crm/' }, stack, 'Crm'),
    (stack) => newGate({ prefix: 'passed/in/crm/' }, stack, 'Again'),
    (stack, bucket) => newLoader({ bucket, prefix: 'passed/passed/in/crm/', rules: RULES }, stack, 'LoadCrm'),
    (stack) => newGate({ prefix: 'in/shop/' }, stack, 'Shop'),
    (stack, bucket) => newLoader({ bucket, prefix: 'passed/in/shop/', rules: RULES }, stack, 'LoadShop'),
    (stack, bucket) => newLoader({ bucket, prefix: 'in/erp/', rules: RULES }, stack, 'LoadErp'),
  )) {
    expect(app).not.toThrow();
  }
});

test('where a gate writes follows from its prefix', () => {
  expect(newGate({ prefix: 'in/crm/' })).toMatchObject({
    prefix: 'in/crm/',
    passedPrefix: 'passed/in/crm/',
    quarantinePrefix: 'quarantine/in/crm/',
    reportPrefix: 'reports/in/crm/',
    processedPrefix: 'processed/in/crm/',
    errorPrefix: 'error/in/crm/',
  });
});

test.each([
  ['exactly what it passes on', { prefix: 'in/', passedPrefix: 'passed/' }, 'passed/'],
  ['more than it passes on', { prefix: 'in/', passedPrefix: 'ready/crm/' }, 'ready/'],
])('a loader may read %s', (_, gate, prefix) => {
  for (const app of inEitherOrder((stack) => newGate(gate, stack), (stack, bucket) => newLoader({ bucket, prefix }, stack))) {
    expect(app).not.toThrow();
  }
});

test('several gates may pass on to one loader', () => {
  for (const app of inEitherOrder(
    (stack) => newGate(own('a'), stack, 'A'),
    (stack, bucket) => newLoader({ bucket, prefix: 'passed/' }, stack),
    (stack) => newGate(own('b'), stack, 'B'),
  )) {
    expect(app).not.toThrow();
  }
});

test('a gate may pass on to another gate', () => {
  for (const app of inEitherOrder((stack) => newGate({ ...own('a'), passedPrefix: 'b/' }, stack, 'A'), (stack) => newGate(own('b'), stack, 'B'))) {
    expect(app).not.toThrow();
  }
});

test.each<[string, Partial<DataQualityGateProps>, object, RegExp]>([
  ['a part of what it passes on', { prefix: 'in/' }, { prefix: 'passed/in/crm/' }, /refix is 'passed\/in\/(crm\/)?', which overlaps (passedP|p)refix/],
  ['the whole bucket', { prefix: 'in/' }, { prefix: '' }, /overlaps/],
  ['what another one quarantines', { prefix: 'in/' }, { prefix: 'quarantine/', quarantinePrefix: 'q/' }, /refix is 'quarantine\/(in\/)?', which overlaps/],
  ['what it has processed', { prefix: 'in/' }, { prefix: 'processed/' }, /refix is 'processed\/(in\/)?', which overlaps/],
  ['its files', { prefix: 'in/' }, { prefix: 'in/' }, /prefix is 'in\/', which overlaps prefix 'in\/'/],
  ['beside a gate of the whole bucket', {}, { prefix: 'passed/' }, /overlaps/],
])('a loader may not read %s', (_, gate, loader, message) => {
  for (const app of inEitherOrder((stack) => newGate(gate, stack), (stack, bucket) => newLoader({ bucket, ...loader }, stack))) {
    expect(app).toThrow(message);
  }
});

test.each<[string, object]>([
  ['error prefix', { errorPrefix: 'passed/' }],
  ['quarantine', { quarantinePrefix: 'passed/in/crm/' }],
])("what a gate passes on may not lie in a loader's %s", (_, prefixes) => {
  for (const app of inEitherOrder((stack) => newGate({ prefix: 'in/' }, stack), (stack, bucket) => newLoader({ bucket, prefix: 'x/', ...prefixes }, stack))) {
    expect(app).toThrow(/overlaps/);
  }
});

test.each(['passedPrefix', 'quarantinePrefix', 'reportPrefix', 'processedPrefix', 'errorPrefix'] as const)('two gates of one bucket may not share the %s', (prop) => {
  const stack = newStack();
  newGate({ ...own('a'), [prop]: 'same/' }, stack, 'A');
  expect(() => newGate({ ...own('b'), [prop]: 'same/sub/' }, stack, 'B')).toThrow(`${prop} is 'same/sub/', which overlaps ${prop} 'same/' of 'Test/A'`);
});

test('gates that would pass a file round for ever are refused', () => {
  const two = inEitherOrder(
    (stack) => newGate({ ...own('a'), passedPrefix: 'b/' }, stack, 'A'),
    (stack) => newGate({ ...own('b'), passedPrefix: 'a/' }, stack, 'B'),
  );
  expect(two[0]).toThrow("[Test/B] passedPrefix is 'a/', from where files come back to prefix 'b/' by way of 'Test/A', and go round for ever");
  expect(two[1]).toThrow("[Test/A] passedPrefix is 'b/', from where files come back to prefix 'a/' by way of 'Test/B', and go round for ever");
});

test('the closing gate of a longer round is the one that is refused', () => {
  const stack = newStack();
  newGate({ ...own('a'), passedPrefix: 'b/' }, stack, 'A');
  newGate({ ...own('b'), passedPrefix: 'c/x/' }, stack, 'B');
  expect(() => newGate({ ...own('c'), passedPrefix: 'a/' }, stack, 'C')).toThrow("by way of 'Test/A', 'Test/B', and go round for ever");
});

test("what a gate's job writes down on a shared staging bucket is nobody's file", () => {
  const stack = newStack();
  const staging = new Bucket(stack, 'Staging');
  newGate({ stagingBucket: staging, pipelineName: 'of-gate' }, stack);
  expect(() => newLoader({ bucket: staging, prefix: 'outcomes/' }, stack)).toThrow("overlaps the prefix of outcomes 'outcomes/of-gate/' of 'Test/Gate'");
});
