/** EventBridge's matching, as far as the rules here use it: lists of exact values and `{ prefix }`. */
export function matches(pattern: any, event: any): boolean {
  if (Array.isArray(pattern)) {
    return pattern.some((matcher) => (typeof matcher === 'string' ? matcher === event : typeof event === 'string' && matchesPrefix(matcher, event)));
  }
  return Object.entries(pattern).every(([field, part]) => event !== undefined && matches(part, event[field]));
}

function matchesPrefix(matcher: Record<string, string>, value: string): boolean {
  const [kind, ...others] = Object.keys(matcher);
  if (kind !== 'prefix' || others.length > 0) {
    throw new Error(`the matcher ${JSON.stringify(matcher)} is not known here; add it`);
  }
  return value.startsWith(matcher.prefix);
}
