export interface Books {
  readonly balanced: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly figures: string;
    readonly wrong: readonly Record<string, unknown>[];
  }[];
  /** Ended orders that are neither done nor undone, and what stands of them in words. */
  readonly halfDone: readonly {
    readonly id: string;
    readonly status: string;
    readonly reason: string | null;
    readonly standing: readonly string[];
  }[];
}
export function checkBooks(url: string, run?: string): Promise<Books>;
export function describeBooks(books: Books): string;
