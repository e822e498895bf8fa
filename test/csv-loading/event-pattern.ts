/** EventBridge's matching, as far as the rules here use it: lists of exact values, `{ prefix }` and `{ wildcard }`. */
export function matches(pattern: any, event: any): boolean {
  if (Array.isArray(pattern)) {
    return pattern.some((matcher) => (typeof matcher === 'string' ? matcher === event : typeof event === 'string' && matchesText(matcher, event)));
  }
  return Object.entries(pattern).every(([field, part]) => event !== undefined && matches(part, event[field]));
}

function matchesText(matcher: Record<string, string>, value: string): boolean {
  const [[kind, text], ...others] = Object.entries(matcher);
  if (others.length > 0 || !['prefix', 'wildcard'].includes(kind)) {
    throw new Error(`the matcher ${JSON.stringify(matcher)} is not known here; add it`);
  }
  if (kind === 'prefix') {
    return value.startsWith(text);
  }
  return new RegExp(`^${text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's').test(value);
}
