export interface Books {
  readonly balanced: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly figures: string;
    readonly wrong: readonly Record<string, unknown>[];
  }[];
}
export function checkBooks(url: string, run?: string): Promise<Books>;
export function describeBooks(books: Books): string;
