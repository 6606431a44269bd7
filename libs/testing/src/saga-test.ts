import {
  performLocal,
  sagaDefinition,
  type SagaClass,
  type SagaInput,
  type StepInput,
  type StepName,
  type StepResult,
} from 'reprise/decorators';
import type { Command, CommandInput, CommandResult } from 'reprise/contracts';
import type { CronCalendar, PayloadCodec, StepInvocation } from 'reprise/core';
import type { HostedSaga } from 'reprise/runtime';
import type { CrashPoint } from './crash-point.js';
import { disturbedAttempt } from './disturbed-attempt.js';
import type { HostedByTest } from './hosted-by-test.js';
import { noFake, type StepBody } from './test-world.js';
import { TestProcess } from './test-process.js';
import type { TestRun } from './test-run.js';

/** A test of a saga being set up: who performs its steps. Reusable: every `start` makes a world of its own. */
export class SagaTest<T> implements HostedByTest {
  private readonly bodies = new Map<string, StepBody>();
  private newHost: (() => object) | undefined;
  private codecs: readonly PayloadCodec[] = [];
  private others: readonly HostedByTest[] = [];
  private cronCalendar: CronCalendar | undefined;
  private transaction: unknown;

  constructor(readonly sagaClass: SagaClass<T>) {}

  /** Performs a step, or a compensation, by name: typed arguments and result; what it throws is what the participant throws. */
  step<K extends StepName<T>>(
    name: K,
    body: (...args: StepInput<T[K]>) => StepResult<T[K]> | Promise<StepResult<T[K]>>,
  ): this {
    this.bodies.set(name, (args) => body(...(args as StepInput<T[K]>)));
    return this;
  }

  /** Performs a remote compensation by the name of its mapping method; it gets the command's input. Without it the undo succeeds. */
  undo(name: string, body: (...args: never[]) => unknown): this {
    this.bodies.set(name, (args) => body(...(args as never[])));
    return this;
  }

  /** Performs what the code sends with `saga.call()`, and undos of it: by command. */
  command<C extends Command>(
    command: C,
    body: (input: CommandInput<C>) => CommandResult<C> | Promise<CommandResult<C>>,
  ): this {
    this.bodies.set(command.pattern, ([input]) => body(input as CommandInput<C>));
    return this;
  }

  /** Answers a remote verification by the name of its mapping method; it gets the step's input, the mapping runs as it is. */
  verification(name: string, body: (...args: never[]) => unknown): this {
    return this.undo(name, body);
  }

  /**
   * An instance of the class with real (or fake) services: local steps that have no body here run on it.
   * @param host the instance, or what makes one: then each life of the process gets one of its own, as in life
   */
  provider(host: (T & object) | (() => T & object)): this {
    this.newHost = typeof host === 'function' ? host : () => host;
    return this;
  }

  /**
   * What `transactionManager()` answers in the bodies of transactional steps: a fake, or a manager of a database for tests. Outcomes
   * are kept once, as in life (law S9); nothing that a body writes is rolled back.
   */
  manager(manager: object): this {
    this.transaction = manager;
    return this;
  }

  /** Payloads go through these on their way into the test's store, as the option `codec` of the module has it. */
  codec(...codecs: readonly PayloadCodec[]): this {
    this.codecs = codecs;
    return this;
  }

  /**
   * Hosts other sagas beside this one, each with steps of its own: the children that it starts, sagas that it talks to.
   * @example testSaga(ShipOrderSaga).hosting(testSaga(ShipParcelSaga).step('ship', ({ orderId }) => ({ trackingId: orderId })))
   */
  hosting(...tests: readonly HostedByTest[]): this {
    this.others = [...this.others, ...tests];
    return this;
  }

  /** Reads the expressions of schedules: `cron()` of `reprise/cron`. Needed where a hosted saga has a `@Schedule`. */
  calendar(calendar: CronCalendar): this {
    this.cronCalendar = calendar;
    return this;
  }

  /** Starts an instance and goes on until nothing moves but time. */
  async start(input: SagaInput<T>, options: { readonly id?: string } = {}): Promise<TestRun<T>> {
    return (await this.open()).start(this.sagaClass, input, options);
  }

  /**
   * A process that hosts the sagas and has no instance yet: to start several, of one saga or of more.
   * @param point where it dies; see `crashAtEveryPoint`
   */
  async open(point?: CrashPoint): Promise<TestProcess> {
    const { codecs: codec, cronCalendar: calendar, transaction: manager } = this;
    return TestProcess.open(this, {
      ...(point ? { point } : {}),
      ...(codec.length > 0 ? { codec } : {}),
      ...(calendar ? { calendar } : {}),
      manager,
    });
  }

  hosted(point?: CrashPoint): readonly HostedSaga[] {
    const definition = sagaDefinition(this.sagaClass);
    const host = this.newHost?.();
    const perform = async (step: string, args: readonly unknown[], invocation: StepInvocation): Promise<unknown> => {
      const body = async (): Promise<unknown> => this.perform(step, args, invocation, host);
      if (!point) return body();
      return disturbedAttempt(point, invocation, definition.steps.get(step)?.policy.attempts, body);
    };
    const own = { definition, perform };
    return [own, ...this.others.flatMap((other) => other.hosted(point))];
  }

  private async perform(
    step: string,
    args: readonly unknown[],
    invocation: StepInvocation,
    host: object | undefined,
  ): Promise<unknown> {
    const body = this.bodies.get(step);
    if (body) return body(args, invocation);
    const definition = sagaDefinition(this.sagaClass).steps.get(step);
    if (host && definition && !definition.command) return performLocal(host, step, args);
    if (invocation.undoes !== undefined) return undefined;
    throw noFake(step);
  }
}

/**
 * Tests a saga in memory: the real engine over a map, with a virtual clock. No database, no broker, no waiting.
 * @example
 * const run = await testSaga(PlaceOrderSaga).step('charge', async (id) => ({ id: `p-${id}` })).start(order);
 * await run.advance('1 hour');
 * expect(run.compensated).toEqual(['charge']);
 */
export function testSaga<T>(sagaClass: SagaClass<T>): SagaTest<T> {
  return new SagaTest(sagaClass);
}
