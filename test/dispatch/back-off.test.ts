import { backOffSeconds } from '../../src/dispatch/back-off';

test.each([[1, 30], [2, 60], [3, 120], [4, 240], [20, 240], [300, 240], [301, 1800], [1000, 1800]])('receive %i waits %i seconds at most', (count, longest) => {
  expect(backOffSeconds(count, 0)).toBe(longest);
});

test.each([1, 2, 5, 20, 400])('receive %i waits half as long at least, and never less than 30 seconds', (count) => {
  const shortest = backOffSeconds(count, 0.999999);
  expect(shortest).toBeGreaterThanOrEqual(Math.max(30, Math.round(backOffSeconds(count, 0) / 2)));
  expect(shortest).toBeLessThanOrEqual(backOffSeconds(count, 0));
});

test('the 1,000 receives that the queue allows last for more than 10 of the 14 days of retention', () => {
  const expected = Array.from({ length: 1000 }, (_, index) => backOffSeconds(index + 1, 0.5)).reduce((sum, seconds) => sum + seconds);
  expect(expected / 86400).toBeGreaterThan(10);
  expect(expected / 86400).toBeLessThan(14);
});
