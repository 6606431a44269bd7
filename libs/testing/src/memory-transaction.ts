import {
  isClosed,
  SagaError,
  type AppendOutcome,
  type CallerStore,
  type CallerTransaction,
  type Cue,
  type HistoryStore,
  type InstanceSummary,
  type Message,
  type PostOutcome,
  type TurnAppend,
} from 'reprise/core';

/**
 * Stands for a transaction of the application on a `MemoryStore`: pass it as `manager` where `start` and `with` want one. What was
 * done in it is seen after `commit()`, and never after `rollback()`.
 */
export class MemoryTransaction {
  readonly starts = new Map<string, TurnAppend>();
  readonly mail: { readonly shard: number; readonly id: string; readonly message: Message }[] = [];
  readonly cues: Cue[] = [];
  open = true;

  constructor(readonly store: HistoryStore) {}

  /** @throws Error when another start of an id was there first: it cannot commit, as it could not have waited */
  async commit(): Promise<void> {
    this.open = false;
    for (const turn of this.starts.values()) {
      const [outcome] = await this.store.append(undefined, [turn]);
      if (outcome !== 'appended') throw new Error(`the start of "${turn.start!.id}" cannot commit: ${outcome}`);
    }
    for (const { shard, id, message } of this.mail) await this.store.post(shard, id, message);
    await this.store.cues.publish(this.cues);
  }

  rollback(): void {
    this.open = false;
  }
}

/** What a memory store is inside a transaction of the caller. */
export class MemoryCallerStore implements CallerStore {
  private readonly transaction: MemoryTransaction;

  constructor(
    private readonly store: HistoryStore,
    transaction: CallerTransaction,
  ) {
    if (!(transaction instanceof MemoryTransaction) || !transaction.open) {
      throw new SagaError(
        'NOT_IN_TRANSACTION',
        'What was passed as `manager` is no open transaction of a memory store.',
        'Pass a `new MemoryTransaction(store)` that has not ended.',
      );
    }
    if (transaction.store !== store) {
      throw new SagaError(
        'FOREIGN_TRANSACTION',
        'What was passed as `manager` is a transaction of another memory store.',
        'Make it with the store that the engine has.',
      );
    }
    this.transaction = transaction;
  }

  async start(turn: TurnAppend): Promise<AppendOutcome> {
    const { id, reuse } = turn.start!;
    const other = await this.find(turn.key.shard, id);
    if (other && !(reuse && isClosed(other.status))) return 'duplicate';
    this.transaction.starts.set(id, structuredClone(turn));
    return 'appended';
  }

  async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    const summary = await this.find(shard, id);
    this.transaction.mail.push({ shard, id, message: structuredClone(message) });
    return !summary ? 'unknown' : isClosed(summary.status) ? 'closed' : 'accepted';
  }

  async publish(cues: readonly Cue[]): Promise<void> {
    this.transaction.cues.push(...structuredClone(cues));
  }

  async find(shard: number, id: string): Promise<InstanceSummary | undefined> {
    const started = this.transaction.starts.get(id);
    if (!started) return this.store.find(shard, id);
    const { saga, version, tags } = started.start!;
    const { head } = started;
    return {
      key: started.key,
      id,
      saga,
      version,
      tags,
      status: head?.status ?? 'running',
      retrying: false,
      startedAt: started.turn.at,
    };
  }
}
