import { covers, mayMeet } from '../../src/common/like-pattern';

test.each<[string, string, boolean]>([
  ['ORDERS', 'ORDERS', true], ['ORDERS', 'ORDER', false], ['%', 'ORDERS', true], ['ORDER%', '%S', true], ['ORDER%', 'TMP%', false],
  ['%_LOG', '%_TMP', false], ['A%Z', 'A_', true], ['A%Z', 'A', false], ['___', 'A%', true], ['___', 'AB%CD', false], ['A%B%C', '%X%', true], ['', '%', true], ['A', '', false],
  ['%%%%%%%%%%A%%%%%%%%%%', '%%%%%%%%%%B%%%%%%%%%%', true],
])('%p and %p may match one text: %p', (one, other, expected) => {
  expect(mayMeet(one, other)).toBe(expected);
  expect(mayMeet(other, one)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['%', 'ORDERS', true], ['ORDER%', '%', false], ['ORDER_', 'ORDERS', true], ['ORDERS', 'ORDER_', false], ['A_', 'A%', false], ['A%', 'A_%', true], ['A+$', 'A+$', true], ['A+', 'AA', false],
])('%p covers %p: %p', (other, pattern, expected) => {
  expect(covers(other, pattern)).toBe(expected);
});
