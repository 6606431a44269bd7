import type { HistoryEvent, SagaDefinition, Turn } from 'reprise/core';

/**
 * Why a step was taken back:
 * - `error`: another step, or `run()` itself, ended in an error, or the instance was cancelled
 * - `exhausted`: another step used up its attempts without an answer
 * - `unknown`: nobody knows whether the step itself happened
 * - `crash`: the process died between the step and the end of its undo
 */
export type UndoCause = 'error' | 'exhausted' | 'unknown' | 'crash';

const CAUSES: readonly UndoCause[] = ['error', 'exhausted', 'unknown', 'crash'];

export interface CoveredStep {
  readonly saga: string;
  readonly step: string;
  readonly undo: string;
  /** For which of the causes a test saw the undo succeed. */
  readonly seen: readonly UndoCause[];
}

/** Thrown by `atLeast`. */
export class CompensationsUntested extends Error {
  override readonly name = 'CompensationsUntested';
}

const sagas = new Map<string, { readonly definition: SagaDefinition; readonly seen: Map<string, Set<UndoCause>> }>();

/** Takes note of a history. @param deaths how many turns the history had each time that the process died */
export function noteCompensations(
  definition: SagaDefinition,
  turns: readonly Turn[],
  deaths: readonly number[] = [],
): void {
  const name = `${definition.name} v${definition.version}`;
  const saga = sagas.get(name) ?? { definition, seen: new Map<string, Set<UndoCause>>() };
  sagas.set(name, saga);
  const events = turns.flatMap((turn, at) => turn.events.map((event) => ({ event, at })));
  const begun = new Map<number, { readonly step: string; readonly at: number; readonly undoes?: number }>();
  const unknown = new Set<number>();
  let cause: UndoCause = 'error';
  for (const { event, at } of events) {
    if (event.type === 'StepScheduled') begun.set(event.call, { ...event, at });
    if (event.type === 'StepOutcomeUnknown') unknown.add(event.call);
    if (event.type === 'CompensationStarted') cause = isUnanswered(event) ? 'exhausted' : 'error';
    const target = event.type === 'StepCompleted' ? begun.get(event.call)?.undoes : undefined;
    const step = target === undefined ? undefined : begun.get(target);
    if (!step) continue;
    const seen = saga.seen.get(step.step) ?? new Set();
    saga.seen.set(step.step, seen.add(unknown.has(target!) ? 'unknown' : cause));
    if (deaths.some((length) => step.at < length && length <= at)) seen.add('crash');
  }
}

function isUnanswered({ error }: Extract<HistoryEvent, { type: 'CompensationStarted' }>): boolean {
  return error.name === 'StepUnknownError';
}

/** What the tests of this process have seen of the undos of the sagas that they ran. */
export class CompensationCoverage {
  constructor(readonly steps: readonly CoveredStep[]) {}

  /** The share of all steps and causes that was seen, 0 to 1; 1 if there is nothing to undo. */
  get share(): number {
    const cells = this.steps.length * CAUSES.length;
    return cells === 0 ? 1 : this.steps.reduce((sum, { seen }) => sum + seen.length, 0) / cells;
  }

  /** A table for the console. */
  toString(): string {
    const rows = [
      ['saga', 'step', 'undo', ...CAUSES],
      ...this.steps.map(({ saga, step, undo, seen }) => [saga, step, undo, ...CAUSES.map((c) => mark(seen, c))]),
    ];
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    const lines = rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
    return [...lines, `undos seen: ${Math.floor(100 * this.share)} %`].join('\n');
  }

  /** The same as a page of its own. */
  toHtml(): string {
    const head = ['saga', 'step', 'undo', ...CAUSES].map((name) => `<th>${name}</th>`).join('');
    const rows = this.steps.map(({ saga, step, undo, seen }) => {
      const names = [saga, step, undo].map((text) => `<td>${escaped(text)}</td>`).join('');
      const cells = CAUSES.map(
        (cause) => `<td class="${seen.includes(cause) ? 'seen' : 'missing'}">${mark(seen, cause)}</td>`,
      );
      return `<tr>${names}${cells.join('')}</tr>`;
    });
    const style = 'td,th{padding:.3em .8em;text-align:left}.seen{background:#cfc}.missing{background:#fcc}';
    return [
      `<!doctype html><meta charset="utf-8"><title>Compensations</title><style>${style}</style>`,
      `<p>Undos seen: ${Math.floor(100 * this.share)} %</p>`,
      `<table><tr>${head}</tr>`,
      ...rows,
      '</table>',
      '',
    ].join('\n');
  }

  /** Fails a run of tests that saw too little. @param share 0 to 1 @throws CompensationsUntested with the table */
  atLeast(share: number): this {
    if (this.share >= share) return this;
    const wanted = Math.round(100 * share);
    throw new CompensationsUntested(`The tests saw fewer than ${wanted} % of the undos.\n${this.toString()}`);
  }
}

/**
 * Which undos the tests of this process have exercised, and why they ran. Jest and Vitest give each test file a process of its own, as far
 * as modules can tell: call it there in an `afterAll` of the file.
 * @example afterAll(() => console.log(String(compensationCoverage().atLeast(0.75))));
 */
export function compensationCoverage(): CompensationCoverage {
  const steps = [...sagas].flatMap(([saga, { definition, seen }]) =>
    [...definition.steps.values()].flatMap(({ name, undo }) =>
      undo === undefined
        ? []
        : [{ saga, step: name, undo, seen: CAUSES.filter((cause) => seen.get(name)?.has(cause)) }],
    ),
  );
  return new CompensationCoverage(steps);
}

function mark(seen: readonly UndoCause[], cause: UndoCause): string {
  return seen.includes(cause) ? 'yes' : '-';
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
