export interface ContractTest {
  readonly title: string;
  /** Where and why a transport does not have it; absent when all have it. */
  readonly leftOut?: string;
}
export interface ContractRun {
  readonly transport: string;
  readonly statuses: ReadonlyMap<string, string>;
}
/** One of the `testResults` of `jest --json`. */
export interface SpecReport {
  readonly name: string;
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly ancestorTitles: readonly string[];
    readonly title: string;
    readonly status: string;
  }[];
}
export function contractTests(source: string): ContractTest[];
export function runOf(report: SpecReport): ContractRun;
export function contractTable(tests: readonly ContractTest[], runs: readonly ContractRun[]): string;
export function withTable(page: string, table: string): string;
export function tableIn(page: string): string;
