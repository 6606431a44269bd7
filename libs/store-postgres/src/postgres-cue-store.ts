import {
  CueStore,
  type Cue,
  type CueTrace,
  type CueDelivery,
  type CueRoom,
  type CueSubscriber,
  type CueWait,
  type DeadLetter,
  type InstanceKey,
  type RecordedError,
  type SettledDelivery,
} from 'reprise/core';
import { binaryArray } from './binary-array.js';
import type { Row, Statements } from './connection.js';
import { hintChannel, type HintListener } from './hint-listener.js';
import { awaitCue } from './statements/await-cue.js';
import { collectCues } from './statements/collect-cues.js';
import { discardCues } from './statements/discard-cues.js';
import { findCue } from './statements/find-cue.js';
import { forgetWaits } from './statements/forget-waits.js';
import { listDeadCues } from './statements/list-dead-cues.js';
import { publishCues } from './statements/publish-cues.js';
import { redeliverCue } from './statements/redeliver-cue.js';
import { settleCues } from './statements/settle-cues.js';
import { subscribeCues } from './statements/subscribe-cues.js';
import { sweepCues } from './statements/sweep-cues.js';
import { takeCues } from './statements/take-cues.js';
import { traceCues } from './statements/trace-cues.js';
import { traceOfRow } from './cue-trace.js';
import { waitingForCue } from './statements/waiting-for-cue.js';
import { jsonOf } from './summary.js';

/** What hints about cues carry: see publish-tail. */
const SUBJECT = 'cues';

/** Events on their way, in the tables of the migration `cues`. */
export class PostgresCueStore extends CueStore {
  private readonly channel: string;

  /** @param hints listens for what others publish; not in a transaction */
  constructor(
    private readonly statements: Statements,
    private readonly hints?: HintListener,
  ) {
    super();
    this.channel = hintChannel(statements.schemaName);
  }

  override async subscribe(subscribers: readonly CueSubscriber[]): Promise<void> {
    if (subscribers.length === 0) return;
    const heard = subscribers.flatMap(({ name, events }) => events.map((event) => ({ name, event })));
    await this.statements.run(subscribeCues, [
      texts(subscribers, ({ name }) => name),
      texts(heard, ({ name }) => name),
      texts(heard, ({ event }) => event),
    ]);
  }

  override async collect({ shard, run }: InstanceKey, served: readonly string[] = []): Promise<void> {
    await this.statements.run(collectCues, [shard, run, this.channel, binaryArray('text', served)]);
  }

  override async publish(cues: readonly Cue[], served: readonly string[] = []): Promise<void> {
    if (cues.length === 0) return;
    await this.statements.run(publishCues, [
      texts(cues, ({ id }) => id),
      texts(cues, ({ event }) => event),
      texts(cues, ({ key }) => key),
      jsons(cues, ({ payload }) => payload),
      jsons(cues, ({ at, flow, causation, correlation, marks, trace }) => ({
        at,
        flow,
        causation,
        correlation,
        marks,
        trace,
      })),
      this.channel,
      binaryArray('text', served),
    ]);
  }

  override async take(rooms: readonly CueRoom[], lease: number): Promise<CueDelivery[]> {
    const rows = await this.statements.run(takeCues, [
      texts(rooms, ({ subscriber }) => subscriber),
      binaryArray(
        'integer',
        rooms.map(({ room }) => room),
      ),
      Math.ceil(lease),
    ]);
    return rows.map((row) => ({
      cue: cueOfRow(row),
      subscriber: row['subscriber']!,
      attempt: Number(row['attempts']),
      age: Number(row['age']),
      alone: row['alone'] === 't',
    }));
  }

  override async settle(settled: readonly SettledDelivery[]): Promise<void> {
    if (settled.length === 0) return;
    await this.statements.run(settleCues, [
      texts(settled, ({ subscriber }) => subscriber),
      texts(settled, ({ cue }) => cue),
      binaryArray(
        'integer',
        settled.map(({ attempt }) => attempt),
      ),
      texts(settled, ({ result }) => result.outcome),
      binaryArray(
        'bigint',
        settled.map(({ result }) => (result.outcome === 'retry' ? Math.ceil(result.after) : null)),
      ),
      jsons(settled, ({ result }) => (result.outcome === 'delivered' ? undefined : result.error)),
      ...(['received', 'handled'] as const).map((stage) =>
        binaryArray(
          'bigint',
          settled.map(({ result }) => (result.outcome === 'delivered' ? (result.times?.[stage] ?? null) : null)),
        ),
      ),
    ]);
  }

  /** The look comes after the note is durable: a cue that is published meanwhile sees the one or is seen by the other. */
  override async await({ key, call, id, event, marks, except }: CueWait): Promise<Cue | undefined> {
    const [marked, had] = [binaryArray('text', marks), binaryArray('text', except)];
    await this.statements.run(awaitCue, [key.shard, key.run, call, id, event, marked, had]);
    const [row] = await this.statements.run(findCue, [event, marked, had]);
    return row && cueOfRow(row);
  }

  override async waiting({ id, event, marks }: Cue): Promise<CueWait[]> {
    const rows = await this.statements.run(waitingForCue, [event, binaryArray('text', marks), id]);
    return rows.map((row) => ({
      key: { shard: Number(row['shard']), run: row['run']! },
      id: row['id']!,
      call: Number(row['call']),
      event,
      marks: jsonOf(row, 'marks') as string[],
      except: jsonOf(row, 'except_cues') as string[],
    }));
  }

  override async forget(waits: readonly Pick<CueWait, 'key' | 'call'>[]): Promise<void> {
    if (waits.length === 0) return;
    await this.statements.run(forgetWaits, [
      binaryArray(
        'smallint',
        waits.map(({ key }) => key.shard),
      ),
      binaryArray(
        'uuid',
        waits.map(({ key }) => key.run),
      ),
      binaryArray(
        'integer',
        waits.map(({ call }) => call),
      ),
    ]);
  }

  override async traces({ shard, run }: InstanceKey, cues: readonly string[]): Promise<CueTrace[]> {
    if (cues.length === 0) return [];
    const rows = await this.statements.run(traceCues, [shard, run, texts(cues, (id) => id)]);
    return rows.map(traceOfRow);
  }

  override async deadLetters(limit: number): Promise<DeadLetter[]> {
    const rows = await this.statements.run(listDeadCues, [limit]);
    return rows.map((row) => ({
      cue: cueOfRow(row),
      subscriber: row['subscriber']!,
      attempts: Number(row['attempts']),
      at: Number(row['given_up_at']),
      error: jsonOf(row, 'error') as unknown as RecordedError,
    }));
  }

  override async redeliver(cue: string, subscriber: string): Promise<boolean> {
    return (await this.statements.run(redeliverCue, [subscriber, cue, this.channel])).length > 0;
  }

  override async discard(subscriber: string, cue?: string): Promise<number> {
    const [row] = await this.statements.run(discardCues, [subscriber, cue ?? null]);
    return Number(row!['dropped']);
  }

  override async sweep(olderThan: number, limit: number): Promise<number> {
    const [row] = await this.statements.run(sweepCues, [Math.ceil(olderThan), limit]);
    return Number(row!['removed']);
  }

  override onHint(listener: () => void): () => void {
    return this.hints?.add(listener, SUBJECT) ?? (() => undefined);
  }
}

function cueOfRow(row: Row): Cue {
  const links = jsonOf(row, 'links') as unknown as Pick<
    Cue,
    'at' | 'flow' | 'causation' | 'correlation' | 'marks' | 'trace'
  >;
  return { id: row['id']!, event: row['event']!, key: row['key']!, payload: jsonOf(row, 'payload'), ...links };
}

function texts<T>(items: readonly T[], text: (item: T) => string): Buffer {
  return binaryArray('text', items.map(text));
}

function jsons<T>(items: readonly T[], value: (item: T) => unknown): Buffer {
  return binaryArray(
    'json',
    items.map((item) => JSON.stringify(value(item))),
  );
}
