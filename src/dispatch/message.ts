/** A message as SNS takes it. */
export interface Message {
  readonly subject: string;
  /** Plain text, as an e-mail shows it. */
  readonly text: string;
}

/** SNS takes 256 KB, which only long keys in another script than Latin could fill. */
const MOST_BYTES = 256 * 1024 - 4;

/** SNS takes 100 ASCII characters. */
const LONGEST_SUBJECT = 100;

/** A message of paragraphs, which are lines; empty ones are left out. */
export function newMessage(subject: string, paragraphs: string[][]): Message {
  return { subject: subject.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_SUBJECT), text: withinBounds(paragraphs) };
}

/** The text; where it is too long, its middle is cut, since the links at its end lead to all of it. */
function withinBounds(lines: string[][]): string {
  const paragraphTexts = lines.filter(({ length }) => length > 0).map((paragraph) => paragraph.join('\n'));
  const text = paragraphTexts.join('\n\n');
  if (Buffer.byteLength(text) <= MOST_BYTES) {
    return text;
  }
  const end = `...\n\n${paragraphTexts.at(-1)}`;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, MOST_BYTES - Buffer.byteLength(end)), { stream: true }) + end;
}
