import {
  performLocal,
  sagaDefinition,
  type SagaClass,
  type SagaInput,
  type StepInput,
  type StepName,
  type StepResult,
} from 'reprise/decorators';
import type { PayloadCodec, StepInvocation } from 'reprise/core';
import { MemoryStore } from './memory-store.js';
import { noFake, TestWorld, type StepBody } from './test-world.js';
import { TestRun } from './test-run.js';
import { VirtualClock } from './virtual-clock.js';

/** Looks at every attempt, before and after its body; a crash test stops the world there. */
export interface StepWatch {
  before(invocation: StepInvocation): Promise<void>;
  after(invocation: StepInvocation): Promise<void>;
}

/** What a crash test puts into a world. */
export interface WorldHooks {
  readonly id?: string;
  readonly watch?: StepWatch;
  readonly onWorld?: (world: TestWorld) => void;
}

/** A test of a saga being set up: who performs its steps. Reusable: every `start` makes a world of its own. */
export class SagaTest<T> {
  private readonly bodies = new Map<string, StepBody>();
  private host: object | undefined;
  private codecs: readonly PayloadCodec[] = [];
  private transaction: unknown;

  constructor(private readonly sagaClass: SagaClass<T>) {}

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

  /** Answers a remote verification by the name of its mapping method; it gets the step's input, the mapping runs as it is. */
  verification(name: string, body: (...args: never[]) => unknown): this {
    return this.undo(name, body);
  }

  /** An instance of the class with real (or fake) services: local steps that have no body here run on it. */
  provider(host: T & object): this {
    this.host = host;
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

  /** Starts an instance and goes on until nothing moves but time. */
  async start(input: SagaInput<T>, options: { readonly id?: string } = {}): Promise<TestRun<T>> {
    return this.startIn(new MemoryStore(new VirtualClock()), input, options);
  }

  /** `start`, with a store and a watch of one's own. */
  async startIn(
    store: MemoryStore,
    input: SagaInput<T>,
    { id = 'test', watch, onWorld }: WorldHooks = {},
  ): Promise<TestRun<T>> {
    const definition = sagaDefinition(this.sagaClass);
    const perform = async (step: string, args: readonly unknown[], invocation: StepInvocation): Promise<unknown> => {
      await watch?.before(invocation);
      try {
        return await this.perform(step, args, invocation);
      } finally {
        await watch?.after(invocation);
      }
    };
    const { codecs: codec } = this;
    const world = new TestWorld({ definition, clock: store.clock as VirtualClock, store, perform, codec });
    store.transactions.manager = this.transaction;
    onWorld?.(world);
    const run = new TestRun<T>(world, definition, id);
    await run.begin(input);
    return run;
  }

  private async perform(step: string, args: readonly unknown[], invocation: StepInvocation): Promise<unknown> {
    const body = this.bodies.get(step);
    if (body) return body(args, invocation);
    const definition = sagaDefinition(this.sagaClass).steps.get(step);
    if (this.host && !definition?.command) return performLocal(this.host, step, args);
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
