import type { SagaStatus } from 'reprise/core';
import { FAULTS, type Fault } from './fault.js';

/** How an instance ended, as far as anybody outside can tell. */
export interface EndState {
  readonly status: SagaStatus;
  readonly result: unknown;
  readonly error: string | undefined;
  readonly compensated: readonly string[];
  /** The other instances, children for instance, and where they stand. Absent where there are none. */
  readonly others?: Readonly<Record<string, SagaStatus>>;
}

export interface CrashReport<End = EndState> {
  /** How many moments there were to die at; the process died at each of them once. */
  readonly points: number;
  readonly end: End;
  /** Every moment at which something went wrong, by what it was. */
  readonly places: Readonly<Partial<Record<Fault, readonly string[]>>>;
  /** The same in words, a line for each kind of fault: for the console. */
  readonly coverage: string;
}

export function crashReport<End>(end: End, places: Partial<Record<Fault, readonly string[]>>): CrashReport<End> {
  const lines = FAULTS.flatMap((fault) => {
    const met = places[fault];
    return met ? [`${fault.padEnd(17)} ${String(met.length).padStart(4)}  ${summary(met)}`.trimEnd()] : [];
  });
  return { points: places.crash?.length ?? 0, end, places, coverage: lines.join('\n') };
}

/** Where it was, each place once: `step "charge"` and not each of its attempts. */
function summary(met: readonly string[]): string {
  const places = new Set(met.map((place) => /(step|signal|message) "[^"]*"/.exec(place)?.[0] ?? 'appends'));
  return [...places].join(', ');
}
