import { backOffSeconds } from '../../src/dispatch/back-off';

test.each([[1, 30], [2, 60], [3, 120], [5, 480], [6, 900], [20, 900], [1000, 900]])('receive %i waits %i seconds at most', (count, longest) => {
  expect(backOffSeconds(count, 0)).toBe(longest);
});

test.each([1, 2, 5, 20])('receive %i waits half as long at least, and never less than 30 seconds', (count) => {
  const shortest = backOffSeconds(count, 0.999999);
  expect(shortest).toBeGreaterThanOrEqual(Math.max(30, Math.round(backOffSeconds(count, 0) / 2)));
  expect(shortest).toBeLessThanOrEqual(backOffSeconds(count, 0));
});
