import { isDeepStrictEqual } from 'node:util';
import { decodePayload, SagaState, type Duration } from 'reprise/core';
import type { SagaInput } from 'reprise/decorators';
import type { EndState } from './crash-report.js';
import type { SagaTest } from './saga-test.js';
import type { TestRun } from './test-run.js';

/** What is expected of an end; what is left out may be anything. Of `error` a part is enough. */
export type ExpectedEnd = Partial<Omit<EndState, 'others'>>;

/** Thrown by `ends`, with the timeline of what happened instead. */
export class UnexpectedEnd extends Error {
  override readonly name = 'UnexpectedEnd';
}

/** A test of one instance in three sentences: what is given, what happens, how it ends. */
export class Given<T> {
  private readonly acts: ((run: TestRun<T>) => unknown)[] = [];

  constructor(
    private readonly test: SagaTest<T>,
    private readonly input: SagaInput<T>,
  ) {}

  /** What happens next: something that is done with the run, or time that passes. In the order of the calls. */
  when(happens: Duration | ((run: TestRun<T>) => unknown)): this {
    this.acts.push(typeof happens === 'function' ? happens : (run) => run.advance(happens));
    return this;
  }

  /**
   * Runs it, replays its history from every prefix, and compares where it stands.
   * @returns the run, to look at more of it
   * @throws UnexpectedEnd; SagaError `NON_DETERMINISTIC`
   */
  async ends(expected: ExpectedEnd): Promise<TestRun<T>> {
    const run = await this.test.start(this.input);
    for (const act of this.acts) await act(run);
    await run.replayEveryPrefix();
    const came = endOf(run);
    for (const name of Object.keys(expected) as (keyof ExpectedEnd)[]) {
      const isThere =
        name === 'error' && expected.error !== undefined
          ? came.error?.includes(expected.error)
          : isDeepStrictEqual(came[name], expected[name]);
      if (!isThere) throw new UnexpectedEnd(difference(name, expected[name], came[name], run.timeline()));
    }
    return run;
  }
}

/**
 * A test of a saga in three sentences.
 * @example
 * await given(testSaga(PlaceOrderSaga).step('charge', () => payment), order)
 *   .when((run) => run.signal('approve', 'finance'))
 *   .when('1 hour')
 *   .ends({ status: 'completed', compensated: [] });
 */
export function given<T>(test: SagaTest<T>, input: SagaInput<T>): Given<T> {
  return new Given(test, input);
}

function endOf<T>(run: TestRun<T>): ExpectedEnd {
  const { status, result, error } = SagaState.of(run.history);
  return {
    status,
    result: result === undefined ? undefined : decodePayload(result),
    error: error?.message,
    compensated: run.compensated,
  };
}

function difference(name: string, expected: unknown, came: unknown, timeline: string): string {
  return `Another ${name} than expected.\n- expected: ${JSON.stringify(expected)}\n+ came: ${JSON.stringify(came)}\n${timeline}`;
}
