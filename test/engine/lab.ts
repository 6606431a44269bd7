import {
  Idle,
  isClosed,
  StepTransport,
  type StepCommand,
  type StepInvocation,
  type StepReply,
  type HistoryEvent,
  type HistoryEventType,
  type SagaStatus,
} from 'reprise/core';
import { performLocal, sagaDefinition, type SagaClass } from 'reprise/decorators';
import { NodeIdle, SagaEngine, type EngineOptions } from 'reprise/runtime';
import { replayEveryPrefix, VirtualClock } from 'reprise/testing';
import { LabStore } from './lab-store.js';

/** Performs one attempt of a step; steps without a body are performed by the provider, or answer nothing. */
export type Body = (args: readonly never[], invocation: StepInvocation) => unknown;

export interface LabOptions extends Partial<EngineOptions> {
  readonly bodies?: Readonly<Record<string, Body>>;
  readonly provider?: object;
}

/**
 * The real engine over a map, with a virtual clock, in slow motion: unlike `testSaga` it stands still while steps are in flight, so
 * that a test settles them in the order it likes, and it can be restarted with other code.
 */
export class Lab {
  readonly clock = new VirtualClock();
  readonly store = new LabStore(this.clock);
  readonly warnings: string[] = [];
  engine!: SagaEngine;
  private readonly idle = new CountingIdle();

  /** Opens an engine that hosts the classes; one that is open already crashes first and loses what it held. */
  async open(classes: readonly SagaClass[], options: LabOptions = {}): Promise<SagaEngine> {
    if (this.engine) {
      await this.engine.crash();
      this.store.freeAllNow();
    }
    this.engine = await this.second(classes, options);
    return this.engine;
  }

  /** Opens another engine beside the first. */
  async second(classes: readonly SagaClass[], options: LabOptions = {}): Promise<SagaEngine> {
    const { bodies = {}, provider, ...engineOptions } = options;
    const perform = async (step: string, args: readonly unknown[], invocation: StepInvocation): Promise<unknown> => {
      const body = bodies[step];
      if (body) return body(args as readonly never[], invocation);
      return provider ? performLocal(provider, step, args) : undefined;
    };
    const engine = new SagaEngine({
      store: this.store,
      clock: this.clock,
      idle: this.idle,
      transport: new DirectTransport(perform),
      lease: Infinity,
      poll: Infinity,
      log: {
        info: () => undefined,
        warn: (text) => this.warnings.push(text),
        error: (text) => this.warnings.push(text),
      },
      ...engineOptions,
    });
    for (const sagaClass of classes) engine.host({ definition: sagaDefinition(sagaClass), perform });
    await engine.open();
    return engine;
  }

  async start(sagaClass: SagaClass, input?: unknown, id = 'one'): Promise<void> {
    await this.engine.start(sagaDefinition(sagaClass), input, { id });
    await this.calm();
  }

  /** Goes on until nothing moves any more but time and steps in flight. */
  async calm(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet++) {
      const before = this.store.calls + this.idle.count;
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.clock.nextAt();
      if (next !== undefined && next <= this.clock.now()) this.clock.moveTo(this.clock.now());
      else if (before === this.store.calls + this.idle.count) continue;
      quiet = -1;
    }
  }

  /** Lets time pass, appointment by appointment. @param by milliseconds */
  async advance(by: number): Promise<void> {
    const until = this.clock.now() + by;
    await this.calm();
    for (let next = this.clock.nextAt(); next !== undefined && next <= until; next = this.clock.nextAt()) {
      this.clock.moveTo(next);
      await this.calm();
    }
    this.clock.moveTo(until);
    await this.calm();
  }

  /** Waits for what somebody asks, and lets everything happen that follows. */
  async done<T>(action: Promise<T>): Promise<T> {
    action.catch(() => undefined);
    await this.calm();
    return action;
  }

  async events(id = 'one'): Promise<HistoryEvent[]> {
    return (await this.engine.history(id)).flatMap(({ events }) => events);
  }

  async eventsOf<T extends HistoryEventType>(type: T, id = 'one'): Promise<Extract<HistoryEvent, { type: T }>[]> {
    return (await this.events(id)).filter((event): event is Extract<HistoryEvent, { type: T }> => event.type === type);
  }

  async status(id = 'one'): Promise<SagaStatus> {
    return (await this.engine.describe(id)).status;
  }

  /** The result of an instance that has ended; first it is replayed from every prefix of its history. */
  async result(sagaClass: SagaClass, id = 'one'): Promise<unknown> {
    const definition = sagaDefinition(sagaClass);
    const { key, status } = await this.engine.describe(id);
    await replayEveryPrefix({ definition, id, run: key.run }, await this.engine.history(id));
    if (!isClosed(status)) throw new Error(`${id} is still ${status}`);
    const result = this.engine.result(id, { definition });
    result.catch(() => undefined);
    await this.calm();
    return result;
  }

  async incident(id = 'one'): Promise<string | undefined> {
    const { status, error } = await this.engine.describe(id);
    return status === 'incident' ? `${error?.code}: ${error?.message}` : undefined;
  }
}

/** An operator's request that is refused because of that. */
export function refused(because: string): object {
  return { code: 'OPERATION_REFUSED', message: expect.stringContaining(because) };
}

class CountingIdle extends Idle {
  count = 0;
  private readonly node = new NodeIdle();

  drained(): Promise<void> {
    this.count++;
    return this.node.drained();
  }
}

class DirectTransport extends StepTransport {
  constructor(
    private readonly perform: (step: string, args: readonly unknown[], i: StepInvocation) => Promise<unknown>,
  ) {
    super();
  }
  check(): string[] {
    return [];
  }
  async connect(): Promise<void> {}
  async close(): Promise<void> {}
  async send(command: StepCommand): Promise<StepReply> {
    const { step, input } = command;
    return { outcome: 'completed', result: await this.perform(step, [input], command) };
  }
}
