/** Waits that grow, for a store or broker that is out of reach: doubled each time, with jitter, reset by success. */
export class Backoff {
  private failures = 0;

  /** @param first and @param longest milliseconds */
  constructor(
    private readonly first: number,
    private readonly longest: number,
  ) {}

  /** The next wait in milliseconds. */
  next(): number {
    const full = Math.min(this.longest, this.first * 2 ** this.failures++);
    return full * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.failures = 0;
  }
}
