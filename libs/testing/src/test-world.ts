import { SagaError, StepTransport, type StepCommand, type StepInvocation, type StepReply } from 'reprise/core';
import { NodeIdle, SagaEngine, type EngineOptions, type HostedSaga } from 'reprise/runtime';
import { type MemoryStore } from './memory-store.js';
import { predictableRun } from './predictable-run.js';
import type { VirtualClock } from './virtual-clock.js';

/** Performs a step in a test. */
export type StepBody = (args: readonly unknown[], invocation: StepInvocation) => unknown;

export interface WorldOptions {
  readonly store: MemoryStore;
  readonly engine: Pick<EngineOptions, 'codec' | 'calendar'>;
}

/** The real engine over a map and a virtual clock. It can crash and come back; the store and the clock stay. */
export class TestWorld {
  engine!: SagaEngine;
  private readonly clock: VirtualClock;
  private dead = false;
  private readonly mourners: (() => void)[] = [];
  private readonly idle = new NodeIdle();

  constructor(
    private readonly options: WorldOptions,
    /** What the process runs: each performs its steps and compensations, local or remote, or throws what they throw. */
    private hosted: readonly HostedSaga[],
  ) {
    this.clock = options.store.clock as VirtualClock;
  }

  async boot(): Promise<void> {
    const { hosted, clock, idle } = this;
    const { store, engine } = this.options;
    this.engine = new SagaEngine({
      ...engine,
      store,
      clock,
      idle,
      transport: new DirectTransport(hosted),
      lease: Infinity,
      poll: Infinity,
      newRun: (id) => predictableRun(store, id),
    });
    for (const saga of hosted) this.engine.host(saga);
    await this.engine.open();
  }

  /** Stops in mid-flight; whoever settles next starts again. */
  die(): void {
    this.dead = true;
    for (const tell of this.mourners.splice(0)) tell();
    void this.engine.crash();
  }

  /** Resolves when the process dies. */
  died(): Promise<void> {
    return new Promise((resolve) => this.mourners.push(resolve));
  }

  /** Stops in mid-flight and starts again from what is stored. @param hosted what it runs from now on; the same if absent */
  async reboot(hosted = this.hosted): Promise<void> {
    this.hosted = hosted;
    this.dead = false;
    await this.engine.crash();
    await this.options.store.freeAll();
    await this.boot();
  }

  /** Goes on until nothing moves but time: every step that was begun has ended. */
  async settle(): Promise<void> {
    const { clock } = this;
    for (let quiet = 0; quiet < 3;) {
      await this.idle.drained();
      if (this.dead) {
        await this.reboot();
        quiet = 0;
      }
      const next = clock.nextAt();
      if (next !== undefined && next <= clock.now()) clock.moveTo(clock.now());
      else if (!this.engine.busy) quiet++;
      else quiet = 0;
    }
  }

  /** Lets `by` milliseconds pass, appointment by appointment, settling after each. */
  async advance(by: number): Promise<void> {
    const until = this.clock.now() + by;
    await this.settle();
    while (await this.next(until));
    this.clock.moveTo(until);
  }

  /** Lets time pass until the next appointment, and settles. False if there is none until then. @param until milliseconds since the epoch */
  async next(until = Infinity): Promise<boolean> {
    const next = this.clock.nextAt();
    if (next === undefined || next > until) return false;
    this.clock.moveTo(next);
    await this.settle();
    return true;
  }

  /**
   * Does something that needs a living process, again if it dies meanwhile: resolves when it is done, or when nothing moves any more.
   * @param act begun anew after each death
   */
  async survive<T>(act: () => Promise<T>): Promise<Survived<T>> {
    for (;;) {
      let died = false;
      let outcome: Survived<T> | undefined;
      void this.died().then(() => (died = true));
      void act().then(
        (value) => (outcome = { value }),
        (error: unknown) => {
          if (!died) outcome = { error };
        },
      );
      await this.settle();
      if (outcome || !died) return outcome;
    }
  }
}

/** Undefined: it did not end, and nothing moves any more but time. */
export type Survived<T> = { readonly value: T } | { readonly error: unknown } | undefined;

/** Hands remote commands to whoever performs the steps of the saga that sends them. */
class DirectTransport extends StepTransport {
  constructor(private readonly hosted: readonly HostedSaga[]) {
    super();
  }

  check(): string[] {
    return [];
  }
  async connect(): Promise<void> {}
  async close(): Promise<void> {}

  async send({ step, input, saga, instance, attempt, key, undoes, deadline }: StepCommand): Promise<StepReply> {
    const invocation = { saga, instance, step, attempt, key, deadline, ...(undoes === undefined ? {} : { undoes }) };
    const sender = this.hosted.findLast(({ definition }) => definition.name === saga)!;
    return { outcome: 'completed', result: await sender.perform(step, [input], invocation) };
  }
}

export function noFake(step: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    `The test has nothing to perform step "${step}".`,
    `Add .step('${step}', …), or hand the provider to .provider().`,
  );
}
