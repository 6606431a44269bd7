import { isClosed, sameJson, SagaError, SagaState } from 'reprise/core';
import type { SagaInput } from 'reprise/decorators';
import { CrashPoint } from './crash-point.js';
import { crashReport, type CrashReport, type EndState } from './crash-report.js';
import { FAULTS, type Fault } from './fault.js';
import { disturbedEnd, endWithoutAnswer, type Ended } from './disturbed-end.js';
import type { SagaTest } from './saga-test.js';
import type { TestProcess } from './test-process.js';
import type { TestRun } from './test-run.js';

export interface CrashOptions<World> {
  /** What goes wrong beside crashes, each at each of its moments in a run of its own; `all` for everything. Default: only crashes. */
  readonly faults?: 'all' | readonly Fault[];
  /** Makes what the steps work on, anew for each run. The test is then a function of it. */
  readonly world?: () => World;
  /** What there is in the world that has to be the same at the end of each run: JSON. Default: the world itself. */
  readonly standing?: (world: World) => unknown;
}

/**
 * Runs the scenario once undisturbed, then once for every moment at which the process may die: before and after every append, before
 * and after every attempt of a step. After each death it starts again from what is stored, and must come to the same end. With
 * `faults` other things go wrong as well, and with `world` the effects of the steps have to be the same, too.
 * @param test the saga and its steps; with `world` a function that makes it for a world
 * @param scenario what the world does meanwhile: signals, time. It is called anew for each run.
 * @throws SagaError `NON_DETERMINISTIC` that names the moment, both ends and what happened
 * @example
 * await crashEverywhere((bank: Bank) => testSaga(TransferSaga).provider(() => new TransferSaga(bank)), input, undefined, {
 *   faults: 'all',
 *   world: () => new Bank(),
 *   standing: (bank) => bank.balances,
 * });
 */
export async function crashEverywhere<T, World = undefined>(
  test: SagaTest<T> | ((world: World) => SagaTest<T>),
  input: SagaInput<T>,
  scenario: (run: TestRun<T>, world: World) => Promise<void> = () => Promise.resolve(),
  options: CrashOptions<World> = {},
): Promise<CrashReport> {
  const { faults = ['crash'], world: newWorld, standing = (world: World): unknown => world } = options;
  let told = '';
  const attempt = async (point: CrashPoint): Promise<Ended> => {
    const world = newWorld?.() as World;
    const subject = typeof test === 'function' ? test(world) : test;
    const untouched = copy(newWorld && standing(world));
    const process = await subject.open(point);
    const run = await process.start(subject.sagaClass, input);
    if (point.fault === 'no answer') await unanswered(process, run, () => scenario(run, world));
    else await scenario(run, world);
    point.release();
    await run.settle();
    told = run.timeline();
    const stands = copy(newWorld && standing(world));
    await run.replayEveryPrefix();
    if (!sameJson({ stands }, { stands: copy(newWorld && standing(world)) })) throw replayActs(stands);
    return { end: endOf(process, run), untouched, stands };
  };
  const calm = new CrashPoint();
  const sound = await ended(calm, attempt).catch((error: unknown) => {
    throw during(calm, error, told);
  });
  const kinds = faults === 'all' ? FAULTS.filter((fault) => newWorld || fault !== 'no answer') : faults;
  for (const fault of kinds) {
    for (let at = 1; at <= calm.met[fault].length; at++) {
      const point = new CrashPoint([at], fault);
      const disturbed = await ended(point, attempt).catch((error: unknown) => {
        throw during(point, error, told);
      });
      const problem = fault === 'no answer' ? endWithoutAnswer(sound, disturbed) : disturbedEnd(sound, disturbed);
      if (problem) throw differs(point, problem, told);
    }
  }
  const met = Object.fromEntries(kinds.map((fault) => [fault, calm.met[fault]]));
  return crashReport(sound.end, met);
}

function endOf<T>(process: TestProcess, run: TestRun<T>): EndState {
  const { status, result, error } = SagaState.of(run.history);
  const others = process.instances.filter(({ id }) => id !== run.id).map(({ id, status }) => [id, status] as const);
  return {
    status,
    result,
    error: error?.message,
    compensated: run.compensated,
    ...(others.length > 0 ? { others: Object.fromEntries(others.sort()) } : {}),
  };
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
  for (let at = 1; at <= calm.passed; at++) {
    const point = new CrashPoint([at]);
    const crashed = await ended(point, attempt);
    if (!sameJson(copy({ end }), copy({ end: crashed })))
      throw differs(point, { undisturbed: JSON.stringify(end), disturbed: JSON.stringify(crashed) });
  }
  return crashReport(end, { crash: calm.met.crash });
}

/** A saga that takes another way than the scenario knows of: what it comes to by itself is what counts. */
async function unanswered<T>(process: TestProcess, run: TestRun<T>, scenario: () => Promise<void>): Promise<void> {
  await scenario().catch(() => undefined);
  const hasEnded = async (): Promise<boolean> => {
    await run.settle();
    return isClosed(run.status) || run.status === 'incident';
  };
  await process.until(hasEnded).catch(() => undefined);
}

function replayActs(stands: unknown): SagaError {
  return new SagaError(
    'NON_DETERMINISTIC',
    `A replay changed the world: before it there was ${JSON.stringify(stands)}.`,
    'Move what run() does by itself into steps.',
  );
}

/** Leaves no process behind. */
async function ended<End>(point: CrashPoint, attempt: (point: CrashPoint) => Promise<End>): Promise<End> {
  try {
    return await attempt(point);
  } finally {
    point.die();
  }
}

/** As JSON has it: what a test compares is no object that goes on changing. */
function copy(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

function what({ fault, place }: CrashPoint): string {
  if (place === undefined) return 'Undisturbed';
  return fault === 'crash' ? `A crash ${place}` : `A ${fault} (${place})`;
}

function differs(point: CrashPoint, ends: { undisturbed: string; disturbed: string }, timeline = ''): SagaError {
  return new SagaError(
    'NON_DETERMINISTIC',
    `${what(point)} led to another end.\n- undisturbed: ${ends.undisturbed}\n+ after crash: ${ends.disturbed}\n${timeline}`,
    'Something in run() or in a step depends on more than its history and its arguments.',
  );
}

/** What the scenario or the replay said, and where that was. */
function during(point: CrashPoint, error: unknown, timeline: string): unknown {
  if (!(error instanceof SagaError)) return error;
  return new SagaError(error.code, `${what(point)}: ${error.message}\n${timeline}`, undefined, { cause: error });
}
