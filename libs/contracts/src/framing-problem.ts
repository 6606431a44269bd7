const TOO_LONG = /packet length .* exceeds/i;
const UNREADABLE = /corrupted length value|could not parse json|incomplete message/i;

/** What Nest's TCP socket says of bytes that are no packet, on either side; undefined for a failure of the network. */
export function framingProblem(failure: unknown): 'too long' | 'unreadable' | undefined {
  const message = typeof failure === 'string' ? failure : failure instanceof Error ? failure.message : '';
  if (TOO_LONG.test(message)) return 'too long';
  return UNREADABLE.test(message) ? 'unreadable' : undefined;
}
