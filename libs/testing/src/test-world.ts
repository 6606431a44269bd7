import {
  SagaError,
  StepTransport,
  type SagaDefinition,
  type StepCommand,
  type StepInvocation,
  type StepReply,
} from 'reprise/core';
import { NodeIdle, SagaEngine, type EngineOptions } from 'reprise/runtime';
import { type MemoryStore } from './memory-store.js';
import type { VirtualClock } from './virtual-clock.js';

/** The one run of a test, so that chance in it is the same every time. */
const RUN = '00000000-0000-7000-8000-000000000001';

/** Performs a step in a test. */
export type StepBody = (args: readonly unknown[], invocation: StepInvocation) => unknown;

export interface WorldOptions {
  readonly definition: SagaDefinition;
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly codec?: EngineOptions['codec'];
  /** Performs a step or a compensation, local or remote, or throws what it throws. */
  readonly perform: (step: string, args: readonly unknown[], invocation: StepInvocation) => Promise<unknown>;
}

/** The real engine over a map and a virtual clock. It can crash and come back; the store and the clock stay. */
export class TestWorld {
  engine!: SagaEngine;
  private dead = false;
  private readonly mourners: (() => void)[] = [];
  private readonly idle = new NodeIdle();

  constructor(private readonly options: WorldOptions) {}

  async boot(): Promise<void> {
    const { definition, clock, store, codec, perform } = this.options;
    this.engine = new SagaEngine({
      store,
      ...(codec ? { codec } : {}),
      transport: new DirectTransport(perform),
      clock,
      idle: this.idle,
      lease: Infinity,
      poll: Infinity,
      newRun: () => RUN,
    });
    this.engine.host({ definition, perform });
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

  /** Stops in mid-flight and starts again from what is stored. */
  async reboot(): Promise<void> {
    this.dead = false;
    await this.engine.crash();
    await this.options.store.freeAll();
    await this.boot();
  }

  /** Goes on until nothing moves but time: every step that was begun has ended. */
  async settle(): Promise<void> {
    const { clock } = this.options;
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
    const { clock } = this.options;
    const until = clock.now() + by;
    await this.settle();
    for (let next = clock.nextAt(); next !== undefined && next <= until; next = clock.nextAt()) {
      clock.moveTo(next);
      await this.settle();
    }
    clock.moveTo(until);
  }
}

/** Hands remote commands to the test's fakes. */
class DirectTransport extends StepTransport {
  constructor(private readonly perform: WorldOptions['perform']) {
    super();
  }

  check(): string[] {
    return [];
  }
  async connect(): Promise<void> {}
  async close(): Promise<void> {}

  async send({ step, input, saga, instance, attempt, key, undoes, deadline }: StepCommand): Promise<StepReply> {
    const invocation = { saga, instance, step, attempt, key, deadline, ...(undoes === undefined ? {} : { undoes }) };
    return { outcome: 'completed', result: await this.perform(step, [input], invocation) };
  }
}

export function noFake(step: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    `The test has nothing to perform step "${step}".`,
    `Add .step('${step}', …), or hand the provider to .provider().`,
  );
}
