import type {
  Clock,
  HistoryEvent,
  HistoryStore,
  Idle,
  InstanceKey,
  MessageReply,
  OutgoingMessage,
  StepTransport,
  Tracing,
} from 'reprise/core';
import type { EngineLog, Redaction } from './engine-log.js';
import type { EngineSteps } from './engine-steps.js';
import type { Figures } from './figures/figures.js';
import type { HistoryWarning } from './history-gauge.js';
import type { HostedSagas } from './hosted-saga.js';
import type { ResidentIdentity } from './resident-identity.js';

export interface WorkerOptions {
  readonly store: HistoryStore;
  readonly transport: StepTransport | undefined;
  readonly tracing: Tracing | undefined;
  /** Undefined when nobody counts. */
  readonly figures: Figures | undefined;
  readonly clock: Clock;
  readonly idle: Idle;
  readonly log: EngineLog;
  readonly sagas: HostedSagas;
  readonly engineSteps: EngineSteps;
  readonly payloadLimit: number | undefined;
  /** Goes over the details that code logs. */
  readonly redacted: Redaction;
  /** Milliseconds; `Infinity`: the store has one worker for ever, so that no heartbeat is needed. */
  readonly lease: number;
  /** The longest wait between two looks into the store, in milliseconds; `Infinity`: its hints are enough. */
  readonly poll: number;
  readonly keep: number;
  readonly capacity: number;
  /** How many workers in a row may die with an instance before it is parked (law W5). */
  readonly crashLimit: number;
  readonly lanes: number;
  readonly historyWarning: Required<HistoryWarning>;
  /** Called with messages to other instances when they are durable. */
  readonly onSent: (from: InstanceKey, outgoing: readonly OutgoingMessage[]) => void;
  /** Called with every reply that becomes durable here. */
  readonly onReply: (instance: Pick<ResidentIdentity, 'id'>, reply: MessageReply) => void;
  /** Called with every instance that ends here. */
  readonly onClosed: (instance: ResidentIdentity, events: readonly HistoryEvent[]) => void;
}
