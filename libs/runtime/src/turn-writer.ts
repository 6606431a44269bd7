import {
  changeTags,
  recordError,
  outgoingOf,
  repliesOf,
  summariseError,
  type InstanceHead,
  type MessageReply,
  type SagaState,
  type StartRecord,
  type Tags,
  type Turn,
  type TurnAppend,
} from 'reprise/core';
import type { Figures } from './figures/figures.js';
import { countTurn } from './figures/turn-figures.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkerContext } from './worker-context.js';

export type Written = 'appended' | 'refused' | 'duplicate';

/** What goes with a turn beside its events. */
export interface TurnExtras {
  /** Ids of messages that it takes in. */
  readonly consumed?: readonly string[];
  /** What the senders of these are told. */
  readonly replies?: readonly MessageReply[];
  readonly start?: StartRecord | undefined;
}

/** How long an instance rests whose turn the store will not have, in milliseconds. */
const REST = 60_000;

/** Appends the turns of one instance, each where the last one ended (W3), with the head when it changed. */
export class TurnWriter {
  constructor(
    private readonly identity: Pick<ResidentIdentity, 'id' | 'key' | 'activation'> & Partial<ResidentIdentity>,
    private readonly worker: WorkerContext,
    /** How many turns history has. */
    private length = 0,
    private head: InstanceHead = { status: 'running', retrying: false },
    private tags: Tags = {},
  ) {}

  async write(turn: Turn, state: SagaState, extras: TurnExtras): Promise<Written> {
    const { consumed, replies, start } = extras;
    if (start) this.tags = start.tags;
    const tags = this.changedTags(turn);
    const head = this.changedHead(state, tags);
    const { id, key } = this.identity;
    const leaving = outgoingOf(turn, state, id, key.run);
    const emitted = this.identity.activation?.publish(leaving);
    const letters = emitted?.outgoing ?? leaving;
    const answers = state.updates.size > 0 ? [...(replies ?? []), ...repliesOf(turn, state)] : (replies ?? []);
    // Not spread together: most turns are nothing but their events, and this is made for each.
    const append: { -readonly [Part in keyof TurnAppend]: TurnAppend[Part] } = { key, seq: this.length, turn };
    if (start) append.start = start;
    if (head) append.head = head;
    if (consumed && consumed.length > 0) append.consumed = consumed;
    if (answers.length > 0) append.replies = answers;
    if (letters.length > 0) append.outgoing = letters;
    try {
      const outcome = await this.worker.commit(append);
      if (outcome === 'appended') {
        this.length++;
        emitted?.published();
        if (this.worker.figures) this.count(this.worker.figures, turn, state);
        for (const answer of answers) this.worker.replied(this.identity, answer);
        if (letters.length > 0) this.worker.sent(key, letters);
      }
      return outcome === 'appended' || outcome === 'duplicate' ? outcome : 'refused';
    } catch (error) {
      if (start) throw error;
      const code = 'APPEND_REJECTED';
      await this.park(code, `The store will not take a turn of this instance: ${recordError(error).message}`);
      // Given back at once it would be due at once, if it was a message that made the turn: again and again.
      const { clock } = this.worker;
      clock.schedule(clock.now() + REST, () => void this.worker.release(this.identity.key, null));
      return 'refused';
    }
  }

  /** Opens an incident that the code itself knows nothing of: what can be said is said, and a person is asked. */
  async park(code: string, message: string): Promise<void> {
    const { id, key } = this.identity;
    this.worker.log.error('An instance is parked in an incident.', { id, code, message });
    this.worker.figures?.incident(code);
    const turn: Turn = { at: this.worker.clock.now(), events: [{ type: 'IncidentOpened', code, message }] };
    const head: InstanceHead = { status: 'incident', retrying: false, error: { name: 'SagaError', code, message } };
    await this.worker.commit({ key, seq: this.length, turn, head });
  }

  /** The same, where nothing else can be done about it if the store does not take that either. */
  async tryPark(code: string, message: string): Promise<void> {
    try {
      await this.park(code, message);
    } catch (refused) {
      const reason = recordError(refused).message;
      const { id } = this.identity;
      this.worker.log.error('An instance could not be parked in an incident.', { id, code, message, reason });
    }
  }

  private count(figures: Figures, turn: Turn, state: SagaState): void {
    for (const event of turn.events) if (event.type === 'IncidentOpened') figures.incident(event.code);
    const { hosted } = this.identity;
    if (hosted) countTurn(figures.saga(hosted.definition.name), turn, state);
  }

  /** All tags, if this turn changed any. */
  private changedTags(turn: Turn): Tags | undefined {
    let changed: Tags | undefined;
    for (const event of turn.events) {
      if (event.type === 'TagsChanged') changed = changeTags(changed ?? this.tags, event.tags);
    }
    if (changed) this.tags = changed;
    return changed;
  }

  /** The head, if this turn changed it. */
  private changedHead(
    { status, retrying, closed, incident, error }: SagaState,
    tags: Tags | undefined,
  ): InstanceHead | undefined {
    const head = { status, retrying: retrying > 0 && !closed };
    const sameIncident = !incident || incident.message === this.head.error?.message;
    const same = status === this.head.status && head.retrying === this.head.retrying && sameIncident;
    if (same && !tags) return undefined;
    const shown = incident
      ? { name: 'SagaError', code: incident.code, message: incident.message }
      : error && summariseError(error);
    this.head = shown ? { ...head, error: shown } : head;
    return tags ? { ...this.head, tags } : this.head;
  }
}
