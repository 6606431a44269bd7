import type { InstanceSummary, Message, PostOutcome } from 'reprise/core';
import { binaryArray } from './binary-array.js';
import type { Statements } from './connection.js';
import { hintChannel } from './hint-listener.js';
import { findInstances } from './statements/find-instances.js';
import { postMessage } from './statements/post-message.js';
import { refuseMessage } from './statements/refuse-message.js';
import { isUniqueViolation } from './store-error.js';
import { summaryOf } from './summary.js';

/** Finds instances by their ids, and puts messages into their mailboxes. */
export class Directory {
  constructor(private readonly statements: Statements) {}

  async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    const { kind, name, input } = message;
    const channel = hintChannel(this.statements.schemaName);
    try {
      for (;;) {
        const values = [shard, id, message.id, kind, name, JSON.stringify(input)];
        const accepted = await this.statements.run(postMessage, [...values, channel]);
        if (accepted.length > 0) return 'accepted';
        const [refused] = await this.statements.run(refuseMessage, values);
        if (refused) return refused['outcome'] as PostOutcome;
      }
    } catch (error) {
      // The message is in the mailbox already, unread: nothing was stored twice, and it is durable.
      if (isUniqueViolation(error)) return 'accepted';
      throw error;
    }
  }

  async find(shard: number, id: string): Promise<InstanceSummary | undefined> {
    return (await this.findMany([{ shard, id }]))[0];
  }

  async findMany(ids: readonly { readonly shard: number; readonly id: string }[]): Promise<InstanceSummary[]> {
    if (ids.length === 0) return [];
    const shards = binaryArray(
      'smallint',
      ids.map(({ shard }) => shard),
    );
    const rows = await this.statements.run(findInstances, [
      shards,
      binaryArray(
        'text',
        ids.map(({ id }) => id),
      ),
    ]);
    return rows.map(summaryOf);
  }
}
