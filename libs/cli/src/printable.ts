/** A text as one line that cannot command the terminal: ids, tags and messages come from outside. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, (sign) => (sign === '\n' || sign === '\t' ? ' ' : '\uFFFD'));
}

/** A time as everybody can sort it; nothing for none. */
export function timeText(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString();
}
