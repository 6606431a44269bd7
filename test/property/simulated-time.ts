/** Which of several things that are due at the same moment comes first: a number below `count`. */
export type TieBreak = (count: number) => number;

/** Time for the model: one thing happens after the other, and between two of them everything that follows at once has followed. */
export class SimulatedTime {
  now = 0;
  private due: { readonly at: number; readonly isLast: boolean; readonly happen: () => void }[] = [];

  constructor(private readonly first: TieBreak) {}

  /** Resolves at that moment, as a thing of its own that happens then. */
  at(at: number): Promise<void> {
    return new Promise((happen) => this.due.push({ at, isLast: false, happen }));
  }

  /** Resolves at the end of that moment: when everything else has happened that happens then. */
  endOf(at: number): Promise<void> {
    return new Promise((happen) => this.due.push({ at, isLast: true, happen }));
  }

  /** The same moment, after what is happening. */
  soon(): Promise<void> {
    return this.at(this.now);
  }

  /** Lets everything happen until nothing is due any more. */
  async pass(): Promise<void> {
    await followed();
    while (this.due.length > 0) {
      this.now = Math.min(...this.due.map(({ at }) => at));
      const rivals = this.due.filter(({ at, isLast }) => at === this.now && !isLast);
      const next = rivals[this.first(rivals.length)] ?? this.due.find(({ at }) => at === this.now)!;
      this.due.splice(this.due.indexOf(next), 1);
      next.happen();
      await followed();
    }
  }
}

/** Resolves when no promise is left that would go on by itself. */
function followed(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
