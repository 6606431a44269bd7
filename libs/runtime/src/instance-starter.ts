import {
  decodeTags,
  encodePayload,
  encodeTags,
  ENGINE_RULES,
  isClosed,
  recordError,
  SagaError,
  shardOf,
  type Clock,
  type CueOrigin,
  type CarriedSignal,
  type HistoryStore,
  type InstanceSummary,
  type ParentLink,
  type StartableSaga,
  type SagaStarted,
  type StartRecord,
  type TraceContext,
  type Tracing,
  type TurnAppend,
} from 'reprise/core';
import type { StartOptions } from './engine-options.js';
import type { Figures } from './figures/figures.js';
import type { GroupCommit } from './group-commit.js';
import type { HostedSagas } from './hosted-saga.js';
import { startDelay, type StartDelay } from './start-delay.js';
import { startSpan } from './start-span.js';
import { uuidV7 } from './uuid-v7.js';
import type { Worker } from './worker.js';

export interface StarterOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  /** Undefined when nobody records traces. */
  readonly tracing: Tracing | undefined;
  /** Undefined when nobody counts. */
  readonly figures: Figures | undefined;
  readonly sagas: HostedSagas;
  readonly payloadLimit: number | undefined;
  readonly newRun: (id: string) => string;
  /** How long the store may take to confirm a start, in milliseconds. */
  readonly timeout: number;
  /** Undefined in a pure client. */
  readonly worker: Worker | undefined;
  /** Writes starts that any worker may claim. */
  readonly unowned: GroupCommit;
}

/** What only the engine itself says of a start. */
export interface InnerStartOptions extends StartOptions {
  /** Handed over before `run()` begins. */
  readonly signals?: readonly CarriedSignal[];
  readonly parent?: ParentLink;
  /** The cue that starts it (law M6). */
  readonly cue?: CueOrigin;
  /** What it is a part of; default: what the caller is in. */
  readonly trace?: TraceContext | undefined;
  /** The flow that it belongs to, where that is not its parent's id or that of its cue. */
  readonly flow?: string;
}

/** What was asked for, with what follows from it. */
type KnownStart = InnerStartOptions & { readonly id: string; readonly later: StartDelay | undefined };

export interface Started {
  readonly id: string;
  /** False when the id was taken: by an open instance, or by a closed one. */
  readonly began: boolean;
}

/** Begins instances: here, if this process runs the saga, else for whoever does. */
export class InstanceStarter {
  constructor(private readonly options: StarterOptions) {}

  /** Durable when it resolves. See `SagaEngine.start`. */
  async start(definition: StartableSaga, input: unknown, options: InnerStartOptions): Promise<Started> {
    const { tracing } = this.options;
    const later = startDelay(options);
    const id = checkedId(options.id ?? uuidV7());
    if (!tracing) return this.begin(definition, input, { ...options, id, later });
    const span = startSpan(tracing, definition, id, options.trace);
    try {
      const started = await span.run(() =>
        this.begin(definition, input, { ...options, id, later, trace: span.context }),
      );
      span.end({ attributes: { 'saga.began': String(started.began) } });
      return started;
    } catch (error) {
      span.end({ error: recordError(error) });
      throw error;
    }
  }

  /** @param options.trace what history says of where it began */
  private async begin(definition: StartableSaga, input: unknown, options: KnownStart): Promise<Started> {
    const { worker, sagas, payloadLimit, newRun, unowned, clock } = this.options;
    const { id, later: delay } = options;
    const { name: saga, version } = definition;
    const encoded = encodePayload(await definition.validate(input), `the input of saga "${saga}"`, payloadLimit);
    const key = { shard: shardOf(id), run: newRun(id) };
    const within = options.manager && this.options.store.within(options.manager);
    // Until the caller commits, or its delay is over, nobody may run it; then whoever has room does.
    const hosted = worker?.hasRoom && !within && !delay ? sagas.get(saga, version) : undefined;
    const tags = decodeTags(encodeTags(options.tags ?? {}));
    const { parent, cue, flow, trace, signals = [], onClosed = delay?.debounced ? 'restart' : 'return' } = options;
    const start: StartRecord = {
      id,
      saga,
      version,
      tags,
      reuse: onClosed === 'restart',
      owned: !!hosted,
      ...(parent ? { parent } : {}),
    };
    const event: SagaStarted = {
      type: 'SagaStarted',
      saga,
      version,
      engine: ENGINE_RULES,
      input: encoded,
      ...(signals.length > 0 ? { signals } : {}),
      ...(parent ? { parent } : {}),
      ...(delay ? { delayed: true } : {}),
      ...(cue ? { cue } : {}),
      ...(trace ? { trace } : {}),
      ...(flow === undefined ? {} : { flow }),
    };
    const first = { key, seq: 0, turn: { at: clock.now(), events: [event] }, start, ...(delay ? held(delay) : {}) };
    const outcome = within
      ? await within.start(first)
      : await this.inTime(id, hosted ? worker!.begin({ key, id, hosted }, event, start) : unowned.append(first));
    if (outcome === 'appended') {
      this.options.figures?.saga(saga).started.add();
      return { id, began: true };
    }
    const found = await (within ?? this.options.store).find(shardOf(id), id);
    // Whoever had the id was removed by retention in between.
    if (!found && outcome === 'duplicate') return this.begin(definition, input, options);
    if (!delay?.debounced || found?.status !== 'delayed' || found.saga !== saga || found.key.run === key.run)
      return conflict(found, id, key.run, { ...options, onClosed });
    const postponed = this.options.store.postpone(found.key, { version, turn: first.turn, ...delay });
    if ((await this.inTime(id, postponed)) === 'postponed') return { id, began: false };
    // It has begun in between, or ended.
    return this.begin(definition, input, options);
  }

  /** While the store is out of reach the append waits for it, but whoever starts need not wait for ever. */
  private async inTime<T>(id: string, writing: Promise<T>): Promise<T> {
    const { clock, timeout } = this.options;
    let cancel = (): void => undefined;
    const late = new Promise<never>((_resolve, reject) => {
      cancel = clock.schedule(clock.now() + timeout, () => reject(notConfirmed(id, timeout)));
    });
    try {
      return await Promise.race([writing, late]);
    } finally {
      cancel();
      writing.catch(() => undefined);
    }
  }
}

/** What the first turn of a delayed start says beside its event. */
function held({ after }: StartDelay): Pick<TurnAppend, 'head' | 'release'> {
  return { head: { status: 'delayed', retrying: false }, release: { wakeAfter: after } };
}

/** The first append did not begin it: somebody else has the id, or nobody could say what became of the append. */
function conflict(found: InstanceSummary | undefined, id: string, run: string, options: StartOptions): Started {
  if (!found) throw notStarted(id);
  // It went through after all; whoever may run it takes it up.
  if (found.key.run === run) return { id, began: true };
  const policy = isClosed(found.status) ? options.onClosed : options.onConflict;
  if (policy !== 'error') return { id, began: false };
  throw new SagaError(
    'DUPLICATE_ID',
    `Instance "${id}" exists already and is ${found.status}.`,
    'Use its handle, choose another id, or pass onConflict or onClosed.',
  );
}

function notStarted(id: string): SagaError {
  return new SagaError(
    'SHUTTING_DOWN',
    `Instance "${id}" could not be started here: the worker lost its lease or is stopping.`,
    'Start it again; the id makes that safe.',
  );
}

function notConfirmed(id: string, timeout: number): SagaError {
  return new SagaError(
    'STORE_UNAVAILABLE',
    `The store did not confirm the start of instance "${id}" within ${timeout} ms; it may still begin.`,
    'Start it again with the same id when the store is back: it begins at most once.',
  );
}

const LONGEST_ID = 200;

/** @throws SagaError `INVALID_ID` */
export function checkedId(id: string): string {
  if (typeof id === 'string' && id.length > 0 && id.length <= LONGEST_ID && !id.includes('\0')) return id;
  throw new SagaError(
    'INVALID_ID',
    `An instance id must be a text of 1 to ${LONGEST_ID} characters without NUL.`,
    'Build it from a business key, as in `order-17`.',
  );
}
