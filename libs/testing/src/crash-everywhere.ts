import { sameJson, SagaError, SagaState, type SagaStatus } from 'reprise/core';
import type { SagaInput } from 'reprise/decorators';
import { CrashingStore, CrashPoint } from './crash-point.js';
import type { SagaTest } from './saga-test.js';
import type { TestRun } from './test-run.js';

/** How an instance ended, as far as anybody outside can tell. */
export interface EndState {
  readonly status: SagaStatus;
  readonly result: unknown;
  readonly error: string | undefined;
  readonly compensated: readonly string[];
}

export interface CrashReport {
  /** How many moments there were to die at; the process died at each of them once. */
  readonly points: number;
  readonly end: EndState;
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
  const calm = new CrashPoint();
  const end = await endOf(test, input, scenario, calm);
  for (let at = 1; at <= calm.passed; at++) {
    const point = new CrashPoint(at);
    const crashed = await endOf(test, input, scenario, point);
    if (!sameJson(JSON.parse(JSON.stringify(end)), JSON.parse(JSON.stringify(crashed))))
      throw differs(point, end, crashed);
  }
  return { points: calm.passed, end };
}

async function endOf<T>(
  test: SagaTest<T>,
  input: SagaInput<T>,
  scenario: (run: TestRun<T>) => Promise<void>,
  point: CrashPoint,
): Promise<EndState> {
  const run = await test.startIn(new CrashingStore(point), input, {
    watch: point,
    onWorld: (world) => (point.die = () => world.die()),
  });
  await scenario(run);
  await run.replayEveryPrefix();
  const { status, result, error } = SagaState.of(run.history);
  return { status, result, error: error?.message, compensated: run.compensated };
}

function differs({ place }: CrashPoint, calm: EndState, crashed: EndState): SagaError {
  return new SagaError(
    'NON_DETERMINISTIC',
    `A crash ${place} led to another end.\n- undisturbed: ${JSON.stringify(calm)}\n+ after crash: ${JSON.stringify(crashed)}\n`,
    'Something in run() or in a step depends on more than its history and its arguments.',
  );
}
