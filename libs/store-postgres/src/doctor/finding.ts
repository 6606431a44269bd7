/** `problem`: work is lost, stands still or will; `warning`: it may, or takes longer than it has to. */
export type FindingLevel = 'ok' | 'warning' | 'problem';

/** What one look at the database and the schema found. */
export interface Finding {
  /** What was looked at, in a word or two with hyphens; several findings may have the same. */
  readonly check: string;
  readonly level: FindingLevel;
  /** What is so, in a sentence. */
  readonly what: string;
  /** What to do, in a sentence; absent when nothing is to be done. */
  readonly advice?: string;
}

/** Makes the findings of one check. */
export function findingsOf(check: string): {
  ok(what: string): Finding;
  warning(what: string, advice: string): Finding;
  problem(what: string, advice: string): Finding;
} {
  return {
    ok: (what) => ({ check, level: 'ok', what }),
    warning: (what, advice) => ({ check, level: 'warning', what, advice }),
    problem: (what, advice) => ({ check, level: 'problem', what, advice }),
  };
}
