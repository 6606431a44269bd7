import type { Clock, HostedVersion } from 'reprise/core';

/** Which workers live, until when, and what they host (laws W1, W2). */
export class MemoryLeases {
  private readonly until = new Map<string, number>();
  private readonly hosting = new Map<string, readonly HostedVersion[]>();
  private readonly dead = new Set<string>();

  /** @param lost told of every worker that is taken for dead */
  constructor(
    private readonly clock: Clock,
    private readonly lost: (worker: string) => void,
  ) {}

  /** False when the worker was taken for dead. */
  prolong(worker: string, leaseMs: number, hosted: readonly HostedVersion[]): boolean {
    this.expire();
    if (this.dead.has(worker)) return false;
    this.until.set(worker, this.clock.now() + leaseMs);
    this.hosting.set(worker, hosted);
    return true;
  }

  end(worker: string): void {
    this.until.delete(worker);
  }

  isDead(worker: string): boolean {
    return this.dead.has(worker);
  }

  /** What living workers host. */
  hosted(): HostedVersion[] {
    return [...this.until].flatMap(([worker, until]) => (until < this.clock.now() ? [] : this.hosting.get(worker)!));
  }

  get living(): number {
    return [...this.until.values()].filter((until) => until >= this.clock.now()).length;
  }

  /** Takes workers for dead whose lease is over. */
  expire(): void {
    for (const [worker, until] of this.until) {
      if (until >= this.clock.now()) continue;
      this.until.delete(worker);
      this.dead.add(worker);
      this.lost(worker);
    }
  }
}
