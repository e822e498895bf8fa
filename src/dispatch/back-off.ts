const SHORTEST_SECONDS = 30;
const LONGEST_SECONDS = 240;

/** Receives after which a message looks less often. */
const EARLY_RECEIVES = 300;
const LATE_SECONDS = 1800;

/**
 * How long a message waits after a refused start: 30 seconds, doubled at each receive up to 240, of which up to half
 * is left to chance so that messages refused together do not come back together.
 *
 * Short, since a free run goes to whoever looks first and new files look at once: were old ones to look much more seldom, they would
 * starve. From the 301st receive, after some 15 hours, half an hour: the queue lets a message be received 1,000 times, which has to
 * last for about as long as it is retained, 14 days.
 *
 * @param receiveCount how many times the message has been received, from 1
 * @param random a number from 0 (included) to 1
 * @returns whole seconds
 */
export function backOffSeconds(receiveCount: number, random: number): number {
  const longest = receiveCount > EARLY_RECEIVES ? LATE_SECONDS : Math.min(SHORTEST_SECONDS * 2 ** (receiveCount - 1), LONGEST_SECONDS);
  return Math.max(SHORTEST_SECONDS, Math.round(longest * (1 - random / 2)));
}
