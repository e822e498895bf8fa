/** Whether all that a pattern of LIKE matches is matched by another: a `%` of it is met by a `%` alone. */
export function covers(other: string, pattern: string): boolean {
  const source = [...other].map((letter) => letter === '%' ? '.*' : letter === '_' ? '[^%]' : letter.replace(/[$^+(){}|]/g, '\\$&')).join('');
  return new RegExp(`^${source}$`, 'su').test(pattern);
}

/** Whether there are texts that two patterns of LIKE both match. */
export function mayMeet(one: string, other: string): boolean {
  // Whether the rest of the one from here meets the rest of the other from there, from the ends on.
  let below: boolean[] = [];
  for (let at = one.length; at >= 0; at--) {
    const row: boolean[] = [];
    for (let there = other.length; there >= 0; there--) {
      const [ours, theirs] = [one[at], other[there]];
      row[there] = ours === undefined && theirs === undefined
        || ours === '%' && (below[there] || theirs !== undefined && row[there + 1])
        || theirs === '%' && (row[there + 1] || ours !== undefined && below[there])
        || ours !== undefined && theirs !== undefined && (ours === theirs || ours === '_' || theirs === '_') && below[there + 1];
    }
    below = row;
  }
  return below[0];
}
