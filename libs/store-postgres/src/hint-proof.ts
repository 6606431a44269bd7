import { randomUUID } from 'node:crypto';
import type { StoreTrouble } from 'reprise/core';

/** Milliseconds in which a hint of one's own has to come back. A busy machine needs some; a pooler that drops LISTEN never answers. */
export const PROOF_DEADLINE = 5_000;

/** A hint that a listener says to itself, to see whether hints arrive at all. Nobody else listens for its subject. */
export class HintProof {
  readonly subject = `proof:${randomUUID()}`;
  private timer: NodeJS.Timeout | undefined;
  private settle: (heard: boolean) => void = () => undefined;
  private readonly result = new Promise<boolean>((resolve) => (this.settle = resolve));

  /** False when `deadline` milliseconds after `say` has ended nothing had come back. @throws what `say` throws */
  async made(say: (subject: string) => Promise<unknown>, deadline: number): Promise<boolean> {
    await say(this.subject);
    this.timer = setTimeout(() => this.settle(false), deadline);
    this.timer.unref();
    return this.result;
  }

  /** It came back, or its listener is gone and nobody asks any more. */
  end(): void {
    clearTimeout(this.timer);
    this.settle(true);
  }
}

/** @param pooled whether another process of the server answers than the one that the connection was made with */
export function silentHints(channel: string, deadline: number, pooled: boolean): StoreTrouble {
  const why = pooled
    ? 'a pooler stands between, and one in transaction mode drops LISTEN'
    : 'something on the way, or the server itself, drops what LISTEN waits for';
  return {
    what: `The store listens on ${JSON.stringify(channel)}, but its own NOTIFY did not come back within ${deadline} ms: ${why}. Work that other processes make is found by polling alone.`,
    advice:
      'Give the store a URL that goes to PostgreSQL directly or to a pooler in session mode, or pass listen: false and accept the wait of a poll.',
  };
}
