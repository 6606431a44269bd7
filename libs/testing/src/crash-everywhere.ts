import { sameJson, SagaError, SagaState, type SagaStatus } from 'reprise/core';
import type { SagaInput } from 'reprise/decorators';
import { CrashPoint } from './crash-point.js';
import type { SagaTest } from './saga-test.js';
import type { TestRun } from './test-run.js';

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
}

/**
 * Runs the scenario once undisturbed, then once for every moment at which the process may die: before and after every append, before
 * and after every attempt of a step. After each death it starts again from what is stored, and must come to the same end.
 * @param scenario what the world does meanwhile: signals, time. It is called anew for each run.
 * @throws SagaError `NON_DETERMINISTIC` that names the moment and both ends
 */
export async function crashEverywhere<T>(
  test: SagaTest<T>,
  input: SagaInput<T>,
  scenario: (run: TestRun<T>) => Promise<void> = () => Promise.resolve(),
): Promise<CrashReport> {
  return crashAtEveryPoint(async (point): Promise<EndState> => {
    const process = await test.open(point);
    const run = await process.start(test.sagaClass, input);
    await scenario(run);
    await run.replayEveryPrefix();
    const { status, result, error } = SagaState.of(run.history);
    const others = process.instances.filter(({ id }) => id !== run.id).map(({ id, status }) => [id, status] as const);
    return {
      status,
      result,
      error: error?.message,
      compensated: run.compensated,
      ...(others.length > 0 ? { others: Object.fromEntries(others.sort()) } : {}),
    };
  });
}

/**
 * The same for whatever a test does with processes in memory.
 * @param attempt opens its process with the point, `test.open(point)`, and answers the end that it came to. Called anew for each moment.
 * @throws SagaError `NON_DETERMINISTIC` that names the moment and both ends
 * @example
 * const { end } = await crashAtEveryPoint(async (point) => {
 *   const process = await testSaga(OrderSaga).hosting(testSaga(StockSaga)).open(point);
 *   await process.start(StockSaga, { tea: 1 }, { id: 'stock' });
 *   const orders = [await process.start(OrderSaga, 'tea', { id: 'o1' }), await process.start(OrderSaga, 'tea', { id: 'o2' })];
 *   return orders.map(({ status }) => status);
 * });
 */
export async function crashAtEveryPoint<End>(attempt: (point: CrashPoint) => Promise<End>): Promise<CrashReport<End>> {
  const calm = new CrashPoint();
  const end = await ended(calm, attempt);
  const points = calm.passed;
  for (let at = 1; at <= points; at++) {
    const point = new CrashPoint(at);
    const crashed = await ended(point, attempt);
    if (!sameJson(JSON.parse(JSON.stringify({ end })), JSON.parse(JSON.stringify({ end: crashed }))))
      throw differs(point, end, crashed);
  }
  return { points, end };
}

/** Leaves no process behind. */
async function ended<End>(point: CrashPoint, attempt: (point: CrashPoint) => Promise<End>): Promise<End> {
  try {
    return await attempt(point);
  } finally {
    point.die();
  }
}

function differs({ place }: CrashPoint, calm: unknown, crashed: unknown): SagaError {
  return new SagaError(
    'NON_DETERMINISTIC',
    `A crash ${place} led to another end.\n- undisturbed: ${JSON.stringify(calm)}\n+ after crash: ${JSON.stringify(crashed)}\n`,
    'Something in run() or in a step depends on more than its history and its arguments.',
  );
}
