import type { CueEvent, EventPayload } from 'reprise/contracts';
import { milliseconds, SagaError, type Cue, type Duration, type InstanceSummary, type Turn } from 'reprise/core';
import { sagaDefinition, type SagaClass, type SagaInput } from 'reprise/decorators';
import type { EngineOptions, PublishOptions, SagaEngine, StartOptions } from 'reprise/runtime';
import { CrashingStore, type CrashPoint } from './crash-point.js';
import type { HostedByTest } from './hosted-by-test.js';
import { MemoryStore } from './memory-store.js';
import { publishCue } from './test-cue.js';
import { TestRun } from './test-run.js';
import { TestWorld } from './test-world.js';
import { VirtualClock } from './virtual-clock.js';

export interface ProcessOptions extends Pick<EngineOptions, 'codec' | 'calendar'> {
  /** Where it dies; default: nowhere. */
  readonly point?: CrashPoint;
  /** What `transactionManager()` answers in the bodies of transactional steps. */
  readonly manager?: unknown;
}

export interface RunHistory {
  readonly summary: InstanceSummary;
  readonly turns: readonly Turn[];
}

/** A process of a test, with any number of instances: what several sagas do together. */
export class TestProcess {
  private constructor(
    private readonly world: TestWorld,
    private readonly store: MemoryStore,
    private readonly point: CrashPoint | undefined,
  ) {}

  /** Opens one over an empty store and a virtual clock. `testSaga(…).open()` does. */
  static async open(test: HostedByTest, options: ProcessOptions = {}): Promise<TestProcess> {
    const { point, manager, ...engine } = options;
    const store = point ? new CrashingStore(point) : new MemoryStore(new VirtualClock());
    store.transactions.manager = manager;
    const world = new TestWorld({ store, engine, ...(point ? { point } : {}) }, () => test.hosted(point));
    if (point) point.die = () => world.die();
    await world.boot();
    return new TestProcess(world, store, point);
  }

  /** The real engine, for what the test kit has no word for. After a crash or a deploy it is another one: ask anew each time. */
  get engine(): SagaEngine {
    return this.world.engine;
  }

  /** The newest run of every instance, in the order of their starts. */
  get instances(): readonly InstanceSummary[] {
    return this.store.newest;
  }

  /** Every run with its history, also those that continued as others, in the order in which they began. */
  async histories(): Promise<readonly RunHistory[]> {
    const { store } = this;
    return Promise.all(store.everyRun.map(async (summary) => ({ summary, turns: await store.history(summary.key) })));
  }

  /**
   * Starts an instance and goes on until nothing moves but time; with a delay it has not begun then.
   * @param options.id default `test`
   */
  async start<T>(
    saga: SagaClass<T>,
    input: SagaInput<T>,
    { id = 'test', ...later }: Pick<StartOptions, 'id' | 'delay' | 'debounce' | 'maxWait'> = {},
  ): Promise<TestRun<T>> {
    const run = new TestRun<T>(this.world, sagaDefinition(saga), id, this.point);
    await run.begin(input, later);
    return run;
  }

  /** Everything that was published so far, by instances and by `cue`, oldest first (law M6). */
  get cues(): readonly Cue[] {
    return this.store.cues.published;
  }

  /** Publishes an event as another service would. @throws SagaError `INVALID_EVENT` */
  async cue<E extends CueEvent>(event: E, payload: EventPayload<E>, options?: PublishOptions): Promise<void> {
    await publishCue(this.world, event, payload, options);
  }

  /** @throws SagaError `UNKNOWN_INSTANCE` */
  async find<T>(saga: SagaClass<T>, id: string): Promise<TestRun<T>> {
    const run = new TestRun<T>(this.world, sagaDefinition(saga), id, this.point);
    await run.settle();
    return run;
  }

  /** Lets time pass: timers fire, retries happen, waits time out, each at its moment. */
  async advance(by: Duration): Promise<void> {
    await this.world.advance(milliseconds(by));
  }

  /**
   * Lets time pass, from one appointment to the next, until the condition holds.
   * @throws SagaError `RESULT_TIMED_OUT` when nothing is left that time could bring
   */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    await this.world.settle();
    while (!(await condition())) if (!(await this.world.next())) throw neverSo(condition);
  }

  /**
   * Does something with the engine, again if the process dies meanwhile, as its caller would.
   * @throws what it throws; SagaError `RESULT_TIMED_OUT` when nothing moves any more but time
   */
  async act<T>(what: (engine: SagaEngine) => Promise<T>): Promise<T> {
    const outcome = await this.world.survive(() => what(this.world.engine));
    if (!outcome) throw neverSo(what);
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** Kills the process in mid-flight and starts it again from what is stored. */
  async crash(): Promise<void> {
    await this.world.reboot();
    await this.world.settle();
  }

  /** Kills the process and starts one with other code over the same store: what a deploy does. */
  async deploy(test: HostedByTest): Promise<void> {
    await this.world.reboot(() => test.hosted(this.point));
    await this.world.settle();
  }
}

function neverSo(what: object): SagaError {
  return new SagaError(
    'RESULT_TIMED_OUT',
    `Nothing moves any more, and time brings nothing either: ${String(what)}`,
    'Look at the histories of the instances: what do they wait for?',
  );
}
