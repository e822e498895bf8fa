const SHORTEST_SECONDS = 30;
const LONGEST_SECONDS = 900;

/**
 * How long a message waits after a refused start: 30 seconds, doubled at each receive up to 900, of which up to half
 * is left to chance so that messages refused together do not come back together.
 *
 * @param receiveCount how many times the message has been received, from 1
 * @param random a number from 0 (included) to 1
 * @returns whole seconds
 */
export function backOffSeconds(receiveCount: number, random: number): number {
  const doubled = SHORTEST_SECONDS * 2 ** Math.min(Math.max(receiveCount, 1) - 1, 10);
  const longest = Math.min(doubled, LONGEST_SECONDS);
  return Math.max(SHORTEST_SECONDS, Math.round(longest * (1 - random / 2)));
}
