import { SagaError, StepTransport, type StepCommand, type StepInvocation, type StepReply } from 'reprise/core';
import { NodeIdle, SagaEngine, type EngineOptions, type HostedSaga } from 'reprise/runtime';
import type { CrashPoint } from './crash-point.js';
import { type MemoryStore } from './memory-store.js';
import { predictableRun } from './predictable-run.js';
import type { VirtualClock } from './virtual-clock.js';

/** Performs a step in a test. */
export type StepBody = (args: readonly unknown[], invocation: StepInvocation) => unknown;

export interface WorldOptions {
  readonly store: MemoryStore;
  readonly engine: Pick<EngineOptions, 'codec' | 'calendar'>;
  /** What goes wrong in the process. */
  readonly point?: CrashPoint;
}

/** The real engine over a map and a virtual clock. It can crash and come back; the store and the clock stay. */
export class TestWorld {
  engine!: SagaEngine;
  private readonly clock: VirtualClock;
  private dead = false;
  private readonly deaths = new Map<string, number[]>();
  private readonly mourners: (() => void)[] = [];
  private readonly idle = new NodeIdle();

  constructor(
    private readonly options: WorldOptions,
    /** Makes what the process runs, anew for each of its lives: each performs its steps and compensations, local or remote, or throws what they throw. */
    private newHosted: () => readonly HostedSaga[],
  ) {
    this.clock = options.store.clock as VirtualClock;
  }

  async boot(): Promise<void> {
    const { clock, idle } = this;
    const { store, engine } = this.options;
    const hosted = this.newHosted();
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

  /** Stops in mid-flight and starts again from what is stored. @param newHosted makes what it runs from now on; as before if absent */
  async reboot(newHosted = this.newHosted): Promise<void> {
    this.newHosted = newHosted;
    this.dead = false;
    await this.engine.crash();
    await this.noteDeath();
    await this.options.store.freeAll();
    await this.boot();
  }

  /** How many turns the history of a run had each time that the process died. */
  deathsOf(run: string): readonly number[] {
    return this.deaths.get(run) ?? [];
  }

  private async noteDeath(): Promise<void> {
    const { store } = this.options;
    for (const { key } of store.everyRun) {
      this.deaths.set(key.run, [...this.deathsOf(key.run), (await store.history(key)).length]);
    }
  }

  /** Goes on until nothing moves but time: every step that was begun has ended, and every step that a fault hit was tried again. */
  async settle(): Promise<void> {
    const { clock } = this;
    const { point } = this.options;
    for (let quiet = 0; quiet < 3;) {
      await this.idle.drained();
      if (this.dead) {
        await this.reboot();
        quiet = 0;
      }
      const next = clock.nextAt();
      if (next !== undefined && next <= clock.now()) clock.moveTo(clock.now());
      else if (this.engine.busy && !point?.holding) quiet = 0;
      else if (quiet === 2 && point?.owed !== undefined && next !== undefined) clock.moveTo(next);
      else quiet++;
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
