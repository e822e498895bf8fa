import { Duration, Lazy, Token } from 'aws-cdk-lib';
import { WorkerType } from 'aws-cdk-lib/aws-glue';
import { GlueCapacity } from '../../src';

test('is small unless told otherwise', () => {
  expect(GlueCapacity.of()).toEqual(GlueCapacity.DEFAULT);
  expect(GlueCapacity.DEFAULT).toMatchObject({ workerType: WorkerType.G_1X, maxWorkers: 5, maxConcurrentRuns: 2 });
  expect(GlueCapacity.DEFAULT.timeout.toMinutes()).toBe(120);
});

test.each([
  [{ maxWorkers: 1 }, 'maxWorkers is 1, but a whole number from 2 to 299 is allowed'],
  [{ maxWorkers: 2.5 }, 'maxWorkers is 2.5'],
  [{ maxConcurrentRuns: 0 }, 'maxConcurrentRuns is 0, but a whole number from 1 to 1000 is allowed'],
  [{ timeout: Duration.seconds(90) }, 'timeout in minutes is 1.5'],
  [{ timeout: Duration.days(8) }, 'timeout in minutes is 11520, but a whole number from 1 to 10080 is allowed'],
  [{ workerType: WorkerType.G_025X }, 'workerType is G.025X, but only G.1X, G.2X, G.4X, G.8X can be scaled'],
])('refuses %j', (options, message) => {
  expect(() => GlueCapacity.of(options)).toThrow(message);
});

test('leaves values that are known only on deployment alone', () => {
  const maxWorkers = Token.asNumber(Lazy.number({ produce: () => 1 }));
  expect(GlueCapacity.of({ maxWorkers }).maxWorkers).toBe(maxWorkers);
});

test('equals a capacity that allows as much', () => {
  const timeout = Duration.minutes(Token.asNumber(Lazy.number({ produce: () => 1 })));
  expect(GlueCapacity.of().isEqualTo(GlueCapacity.DEFAULT)).toBe(true);
  expect(GlueCapacity.of({ timeout: Duration.minutes(60) }).isEqualTo(GlueCapacity.of({ timeout: Duration.hours(1) }))).toBe(true);
  expect(GlueCapacity.of({ timeout }).isEqualTo(GlueCapacity.of({ timeout }))).toBe(true);
  const others = [{ workerType: WorkerType.G_2X }, { maxWorkers: 6 }, { maxConcurrentRuns: 3 }, { timeout: Duration.hours(1) }, { timeout }];
  for (const options of others) {
    expect(GlueCapacity.of(options).isEqualTo(GlueCapacity.DEFAULT)).toBe(false);
  }
});
