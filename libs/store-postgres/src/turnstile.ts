/** Lets so many in at a time, in the order in which they came. */
export class Turnstile {
  private inside = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly room: () => number) {}

  /**
   * @param patience milliseconds after which it is not waited for room any more
   * @param lost makes the error of that
   */
  async pass<T>(work: () => Promise<T>, patience?: number, lost?: () => Error): Promise<T> {
    if (this.inside >= this.room()) await this.untilThereIsRoom(patience, lost);
    else this.inside++;
    try {
      return await work();
    } finally {
      const [next] = this.waiting;
      if (next) next();
      else this.inside--;
    }
  }

  private untilThereIsRoom(patience: number | undefined, lost: (() => Error) | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        this.waiting.delete(enter);
        clearTimeout(timer);
        resolve();
      };
      const timer =
        patience === undefined
          ? undefined
          : setTimeout(() => {
              this.waiting.delete(enter);
              reject(lost?.() ?? new Error('There was no room in time.'));
            }, patience);
      this.waiting.add(enter);
    });
  }
}
