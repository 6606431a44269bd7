import {
  encodeTags,
  shardOf,
  type ForkedRun,
  type InstanceKey,
  type Postponement,
  type StoredTags,
  type Successor,
} from 'reprise/core';
import { wholeMilliseconds } from './append-batch.js';
import { binaryArray } from './binary-array.js';
import type { Connection } from './connection.js';
import { hintChannel } from './hint-listener.js';
import { forkInstance } from './statements/fork-instance.js';
import { holdInstance } from './statements/hold-instance.js';
import { postponeStart } from './statements/postpone-start.js';
import { succeedInstance } from './statements/succeed-instance.js';
import { numberOfTag, textOfTag } from './tag-columns.js';

/** Runs that begin where another leaves off (continued as new, or forked), or later than they were to. */
export class Succession {
  constructor(private readonly connection: Connection) {}

  async succeed(worker: string, key: InstanceKey, successor: Successor): Promise<'succeeded' | 'refused'> {
    const { run, version, turn } = successor;
    const { connection } = this;
    return connection.reserve(async (client) => {
      await client.query('begin');
      const held = await connection.run(holdInstance, [worker, key.shard, key.run], client);
      if (held.length > 0) {
        const events = JSON.stringify(turn.events);
        await connection.run(succeedInstance, [key.shard, key.run, run, version, Math.trunc(turn.at), events], client);
      }
      await client.query('commit');
      return held.length > 0 ? 'succeeded' : 'refused';
    });
  }

  async postpone(key: InstanceKey, { version, turn, after, longest }: Postponement): Promise<'postponed' | 'refused'> {
    const rows = await this.connection.run(postponeStart, [
      key.shard,
      key.run,
      version,
      Math.trunc(turn.at),
      JSON.stringify(turn.events),
      wholeMilliseconds(after),
      wholeMilliseconds(longest),
    ]);
    return rows.length > 0 ? 'postponed' : 'refused';
  }

  async fork({ run, replaces, start, turns }: ForkedRun): Promise<'forked' | 'duplicate'> {
    const { id, saga, version, tags, reuse } = start;
    const stored = encodeTags(tags);
    const rows = await this.connection.run(forkInstance, [
      shardOf(id),
      run,
      id,
      saga,
      version,
      JSON.stringify(stored),
      reuse,
      binaryArray(
        'bigint',
        turns.map(({ at }) => Math.trunc(at)),
      ),
      binaryArray(
        'json',
        turns.map(({ events }) => JSON.stringify(events)),
      ),
      hintChannel(this.connection.schemaName),
      ...tagColumns(stored),
      replaces ?? null,
    ]);
    return rows.length > 0 ? 'forked' : 'duplicate';
  }
}

function tagColumns(tags: StoredTags): Buffer[] {
  const labels = Object.entries(tags);
  return [
    binaryArray(
      'text',
      labels.map(([name]) => name),
    ),
    binaryArray(
      'text',
      labels.map(([, value]) => textOfTag(value)),
    ),
    binaryArray(
      'double precision',
      labels.map(([, value]) => numberOfTag(value)),
    ),
  ];
}
