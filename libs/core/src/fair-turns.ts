/** How many keys are remembered before those that owe nothing are forgotten. */
const SWEEP = 1_000;

/**
 * Gives requests their turns so that keys alternate, however many requests one of them has: start-time fair queueing (Goyal, Vin and
 * Cheng, 1996) with requests of equal size. Whoever serves takes the lowest turn first.
 */
export class FairTurns {
  private served = 0;
  private readonly last = new Map<string, number>();

  /** The turn of one more request of this key. */
  next(key: string): number {
    const turn = Math.max(this.served, this.last.get(key) ?? 0) + 1;
    this.last.set(key, turn);
    if (this.last.size % SWEEP === 0) this.sweep();
    return turn;
  }

  /** A request with this turn was served. */
  serve(turn: number): void {
    this.served = Math.max(this.served, turn);
  }

  private sweep(): void {
    for (const [key, turn] of this.last) if (turn <= this.served) this.last.delete(key);
  }
}

/** What decides who goes first. */
export interface Queued {
  readonly priority: number;
  readonly turn: number;
}

/** Higher priority first, then the lower turn; a stable sort keeps the order of arrival. */
export function byTurn(one: Queued, other: Queued): number {
  return other.priority - one.priority || one.turn - other.turn;
}
