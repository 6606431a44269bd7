import type {
  AppendOutcome,
  Clock,
  CueStore,
  HistoryEvent,
  Idle,
  InstanceKey,
  MessageReply,
  OutgoingMessage,
  Orphan,
  SagaLog,
  Successor,
  TurnAppend,
} from 'reprise/core';
import type { Admission } from './admission.js';
import type { AttemptRunner } from './attempt-runner.js';
import type { EngineLog } from './engine-log.js';
import type { Figures } from './figures/figures.js';
import type { HistoryWarning } from './history-gauge.js';
import type { ProgressDesk } from './progress-desk.js';
import type { ResidentIdentity } from './resident-identity.js';

/** What an instance in memory asks of the worker that holds it. */
export interface WorkerContext {
  readonly clock: Clock;
  readonly idle: Idle;
  readonly log: EngineLog;
  /** Undefined when nobody counts. */
  readonly figures: Figures | undefined;
  readonly attempts: AttemptRunner;
  readonly admission: Admission;
  readonly progress: ProgressDesk;
  /** Where instances wait for events. */
  readonly cues: Pick<CueStore, 'await' | 'forget'>;
  readonly payloadLimit: number | undefined;
  /** From when on a history is long. */
  readonly historyWarning: Required<HistoryWarning>;
  /** How long an idle instance stays in memory, in milliseconds. */
  readonly keep: number;
  /** True when the worker is stopping: nothing new is begun. */
  readonly draining: boolean;
  commit(turn: TurnAppend): Promise<AppendOutcome>;
  /** @param unrun it was not run: see `Released` */
  release(key: InstanceKey, wakeAfter: number | null, unrun?: boolean): Promise<void>;
  /** Lets the successor of a run begin, again and again until the store hears. */
  succeed(key: InstanceKey, successor: Successor): Promise<void>;
  orphan(key: InstanceKey, orphan: Omit<Orphan, 'key'>): void;
  /** The instance ended; `events` are those of its last turn. */
  closed(instance: ResidentIdentity, events: readonly HistoryEvent[]): void;
  /** Somebody who sent the instance a message has an answer, which is durable. */
  replied(instance: Pick<ResidentIdentity, 'id'>, reply: MessageReply): void;
  /** Messages to other instances are durable. */
  sent(from: InstanceKey, outgoing: readonly OutgoingMessage[]): void;
  left(instance: ResidentIdentity): void;
  sagaLog(saga: string, id: string): SagaLog;
}
