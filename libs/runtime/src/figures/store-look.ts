import type { HistoryStore, StoreFigures } from 'reprise/core';

/** A read that takes longer is given up, in milliseconds: its connection may be gone without a word. */
const PATIENCE = 30_000;

/** Reads the figures of a store, at most once in a while, and waits for them no longer than it may: a scrape is never late. */
export class StoreLook {
  private known: { readonly figures: StoreFigures; readonly at: number } | undefined;
  private reading: { readonly figures: Promise<StoreFigures>; readonly since: number } | undefined;

  /** @param cache how long they are good, @param limit how long they are waited for; both in milliseconds */
  constructor(
    private readonly store: HistoryStore,
    private readonly cache: number,
    private readonly limit: number,
  ) {}

  /** Undefined: the store did not answer in time. A read under way is joined, until it is given up. */
  async read(): Promise<StoreFigures | undefined> {
    const now = performance.now();
    if (this.known && now - this.known.at < this.cache) return this.known.figures;
    if (!this.reading || now - this.reading.since > PATIENCE) this.reading = { figures: this.look(), since: now };
    let late: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>((resolve) => (late = setTimeout(() => resolve(undefined), this.limit)));
    try {
      return await Promise.race([this.reading.figures, limit]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(late);
    }
  }

  private async look(): Promise<StoreFigures> {
    try {
      const figures = await this.store.catalogue.figures();
      this.known = { figures, at: performance.now() };
      return figures;
    } finally {
      this.reading = undefined;
    }
  }
}
