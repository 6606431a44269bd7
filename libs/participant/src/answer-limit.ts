/** What goes around an answer in Nest's packet, in bytes: an id and a few words. */
const PACKET = 256;

const limits = new WeakMap<object, number>();

/** Notes the largest message that can answer a request. */
export function limitAnswer(context: object, bytes: number): void {
  limits.set(context, bytes - PACKET);
}

/** The largest answer to a request, in bytes of JSON; undefined when its transport has no limit of its own. */
export function answerLimit(context: unknown): number | undefined {
  return typeof context === 'object' && context !== null ? limits.get(context) : undefined;
}
