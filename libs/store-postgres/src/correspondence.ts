import type { HistoryStore, Reply, ReplyAddress, UnsentMessage } from 'reprise/core';
import { binaryArray } from './binary-array.js';
import type { Statements } from './connection.js';
import { findReplies } from './statements/find-replies.js';
import { findUnsent } from './statements/find-unsent.js';
import { forgetSent } from './statements/forget-sent.js';
import { jsonOf } from './summary.js';

/** Replies to messages, and messages between instances. */
export class Correspondence {
  constructor(private readonly statements: Statements) {}

  async replies(asked: readonly ReplyAddress[]): ReturnType<HistoryStore['replies']> {
    if (asked.length === 0) return [];
    const rows = await this.statements.run(findReplies, [
      binaryArray(
        'smallint',
        asked.map(({ shard }) => shard),
      ),
      binaryArray(
        'text',
        asked.map(({ id }) => id),
      ),
      binaryArray(
        'text',
        asked.map(({ message }) => message),
      ),
    ]);
    return rows.map((row) => ({
      ...asked[Number(row['place']) - 1]!,
      reply: jsonOf(row, 'reply') as unknown as Reply,
    }));
  }

  async unsent(olderThan: number, limit: number): Promise<UnsentMessage[]> {
    const rows = await this.statements.run(findUnsent, [Math.ceil(olderThan), limit]);
    return rows.map((row) => ({
      from: { shard: Number(row['shard']), run: row['run']! },
      to: { shard: Number(row['to_shard']), id: row['to_id']! },
      message: {
        id: row['message']!,
        kind: row['kind'] as UnsentMessage['message']['kind'],
        name: row['name']!,
        input: jsonOf(row, 'input') as UnsentMessage['message']['input'],
      },
    }));
  }

  async relayed(sent: readonly UnsentMessage[]): Promise<void> {
    if (sent.length === 0) return;
    await this.statements.run(forgetSent, [
      binaryArray(
        'smallint',
        sent.map(({ from }) => from.shard),
      ),
      binaryArray(
        'uuid',
        sent.map(({ from }) => from.run),
      ),
      binaryArray(
        'text',
        sent.map(({ message }) => message.id),
      ),
    ]);
  }
}
