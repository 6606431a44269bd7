import {
  milliseconds,
  type CallerTransaction,
  type Clock,
  type CronCalendar,
  type Duration,
  type HistoryStore,
  type Idle,
  type PayloadCodec,
  type Retention,
  type StepTransport,
  type Tags,
  type Tracing,
} from 'reprise/core';
import type { EngineLog } from './engine-log.js';
import type { Figures } from './figures/figures.js';
import type { HistoryWarning } from './history-gauge.js';

/** How events are brought to those who hear them. */
export interface CueOptions {
  /** How long a cue is tried before it is a dead letter. Default one day. */
  readonly giveUpAfter?: Duration;
  /** The wait after the first failure of a delivery; doubled after each, up to five minutes. Default 1 s. */
  readonly backoff?: Duration;
  /** How long one delivery to a service may take. Default 30 s. */
  readonly timeout?: Duration;
  /** How long cues are kept when they are delivered: a wait may still find them. Default 7 days. */
  readonly keep?: Duration;
}

/** An event that is published by no instance. */
export interface PublishOptions {
  /** A transaction of the caller: the event is published when it commits. For PostgreSQL an `EntityManager` of TypeORM. */
  readonly manager?: CallerTransaction;
  /** Published again with the same id, it is published once. Default a new one. */
  readonly id?: string;
  /** Events of one key reach each subscriber in order. Default: its id, so that it waits for no other. */
  readonly key?: string;
  /** What it belongs to; default: it begins a flow of its own. */
  readonly flow?: string;
  readonly causation?: string;
  readonly correlation?: string;
}

export interface EngineOptions {
  readonly store: HistoryStore;
  /** Needed as soon as a hosted saga has a remote step. */
  readonly transport?: StepTransport;
  /** Reads cron expressions: `cron()` of `reprise/cron`. Needed as soon as there are schedules. */
  readonly calendar?: CronCalendar;
  /** Told of what happens: `openTelemetry()` of `reprise/opentelemetry`. Default: nobody is, and nothing is carried. */
  readonly tracing?: Tracing;
  /** Counts what happens: `prometheus()` of `reprise/metrics`. Default: nothing is counted. */
  readonly metrics?: Figures;
  readonly clock?: Clock;
  readonly idle?: Idle;
  readonly log?: EngineLog;
  /** How long a silent worker keeps its instances. Default 10 s. `Infinity`: the store has one worker, no heartbeat is needed. */
  readonly lease?: Duration | typeof Infinity;
  /** The longest time between two looks for work when nothing hints at any. Default 1 s. `Infinity`: the hints are enough. */
  readonly poll?: Duration | typeof Infinity;
  /** How long `start` waits for a store that is out of reach, before it rejects with `STORE_UNAVAILABLE`. Default 30 s. */
  readonly startTimeout?: Duration;
  /** How long an instance that only waits stays in memory. Default 5 s. */
  readonly keep?: Duration;
  /** The most characters of JSON that a payload may take. Default 1,000,000. */
  readonly payloadLimit?: number;
  /** How events are brought to those who hear them (law M6). */
  readonly cues?: CueOptions;
  /** Encrypts payloads, or keeps large ones elsewhere; of several, the first is the first to encode. Default: stored as they are. */
  readonly codec?: PayloadCodec | readonly PayloadCodec[];
  /**
   * What is left out of the details that code hands to `saga.log`: names of fields, and paths such as `card.number` or `*.email`.
   * See `redact`.
   */
  readonly redact?: readonly string[];
  /** The most instances in memory. Default 10,000. */
  readonly capacity?: number;
  /**
   * How many workers in a row may die, or be taken for dead, while they run an instance and no turn of it becomes durable: then it is
   * parked as `CRASH_LOOP` (law W5). Default 10.
   */
  readonly crashLimit?: number;
  /** Makes the UUID of a run of this id; tests make it predictable. Default: UUID version 7. */
  readonly newRun?: (id: string) => string;
  /** From when on the log calls a history long. */
  readonly historyWarning?: HistoryWarning;
  /** Group commits under way at a time. Default 2. */
  readonly lanes?: number;
  /** How long ended instances of hosted sagas are kept that say nothing of their own. Default: for ever. */
  readonly retention?: Retention;
  /** How long orphans are kept whose instance is unknown or gone. Default 30 days. `Infinity`: for ever. */
  readonly orphanRetention?: Duration | typeof Infinity;
}

export interface StartOptions {
  /** The instance's id; a new UUID if absent. At most 200 characters. */
  readonly id?: string;
  /** What it can be found by: texts of at most 200 characters, numbers, booleans, dates; at most 50. */
  readonly tags?: Tags;
  /** What happens when an open instance has the id: its handle (`return`, the default) or `DUPLICATE_ID`. */
  readonly onConflict?: 'return' | 'error';
  /** What happens when a closed instance has the id: its handle (`return`, the default), a new run (`restart`) or `DUPLICATE_ID`. */
  readonly onClosed?: 'return' | 'restart' | 'error';
  /**
   * How long after this call `run()` begins. Until then the instance is `delayed`: it can be found and cancelled, and signals wait for its
   * beginning. Default: it begins at once.
   */
  readonly delay?: Duration;
  /**
   * As `delay`; but another start of the same id that comes before `run()` has begun replaces the input, and the time counts from
   * there. Needs an `id`. One that has ended is started again unless `onClosed` says otherwise.
   */
  readonly debounce?: Duration;
  /** With `debounce`: how long after the first start `run()` begins at the latest. Default: as late as starts keep coming. */
  readonly maxWait?: Duration;
  /** A transaction that the caller has open: the instance begins when it commits, and never if it rolls back (law S9). */
  readonly manager?: CallerTransaction;
}

export interface SignalOptions {
  /** The sender's own key: a signal that is sent again with it is delivered once. */
  readonly key?: string;
  /** A transaction that the caller has open: the signal is sent when it commits (law S9). */
  readonly manager?: CallerTransaction;
}

export interface UpdateOptions {
  /** The sender's own key: an update that is sent again with it is done once, and answered the same. */
  readonly key?: string;
  /** How long a worker may take to accept it. Default 30 s. */
  readonly acceptTimeout?: Duration;
  /** How long to wait for the answer. Default: as long as it takes. */
  readonly timeout?: Duration;
}

/** Milliseconds of an option that may be without end. */
export function spanOf(option: Duration | typeof Infinity): number {
  return option === Infinity ? Infinity : milliseconds(option);
}
