import {
  InstanceCatalogue,
  shardOf,
  type CensusEntry,
  type InstanceCount,
  type InstanceFilter,
  type InstancePage,
  type InstancePosition,
  type OrphanPage,
  type RecordedOrphan,
  type RetentionPolicy,
  type StoreFigures,
} from 'reprise/core';
import { wholeMilliseconds } from './append-batch.js';
import { binaryArray } from './binary-array.js';
import type { Connection, Parameter, Row } from './connection.js';
import { FIRST_POSITION, searchOf, type Search } from './instance-search.js';
import { census } from './statements/census.js';
import { countByKind, countByTag } from './statements/count-instances.js';
import { listByKind, listByTag } from './statements/list-instances.js';
import { listOrphans } from './statements/list-orphans.js';
import { rarestTag } from './statements/rarest-tag.js';
import { storeFigures } from './statements/store-figures.js';
import { sweepInstances } from './statements/sweep-instances.js';
import { sweepOrphans } from './statements/sweep-orphans.js';
import { sweepReplies } from './statements/sweep-replies.js';
import { jsonOf, summaryOf } from './summary.js';

/** How many runs one page looks at when no index serves all conditions. */
const LOOKED_AT = 2_000;
/** How far instances are counted. */
const COUNTED = 10_000;

/** Finds, counts and removes instances in PostgreSQL. */
export class PostgresCatalogue extends InstanceCatalogue {
  constructor(private readonly connection: Connection) {
    super();
  }

  override async list(filter: InstanceFilter, size: number, after = FIRST_POSITION): Promise<InstancePage> {
    const search = await this.search(filter);
    const looked = search.isIndexed ? size + 1 : Math.max(LOOKED_AT, size + 1);
    const rows = await this.connection.run(search.tag ? listByTag : listByKind, [
      ...search.parameters(after, looked, size + 1),
      ...(search.tag ?? []),
    ]);
    const found = rows.filter((row) => row['id'] !== null);
    const instances = found.slice(0, size).map(summaryOf);
    if (found.length > size) return { instances, next: positionOf(found[size - 1]!, 'listed_at', 'run') };
    if (Number(rows[0]!['candidates']) < looked) return { instances };
    return { instances, next: positionOf(rows[0]!, 'last_at', 'last_run') };
  }

  override async count(filter: InstanceFilter): Promise<InstanceCount> {
    const search = await this.search(filter);
    const [row] = await this.connection.run(search.tag ? countByTag : countByKind, [
      ...search.parameters(FIRST_POSITION, COUNTED + 1, COUNTED),
      ...(search.tag ?? []),
    ]);
    return { count: Number(row!['matching']), exact: Number(row!['candidates']) <= COUNTED };
  }

  override async orphans(size: number, before = Number.MAX_SAFE_INTEGER, id?: string): Promise<OrphanPage> {
    const shard = id === undefined ? null : shardOf(id);
    const rows = await this.connection.run(listOrphans, [before, size + 1, shard, id ?? null]);
    const orphans = rows.slice(0, size).map(orphanOf);
    return rows.length > size ? { orphans, next: orphans.at(-1)!.number } : { orphans };
  }

  override async census(): Promise<CensusEntry[]> {
    const rows = await this.connection.run(census, [COUNTED + 1]);
    return rows.map((row) => ({
      saga: row['saga']!,
      version: Number(row['version']),
      count: Math.min(Number(row['open']), COUNTED),
      exact: Number(row['open']) <= COUNTED,
      hosted: row['hosted'] === 't',
    }));
  }

  override async figures(): Promise<StoreFigures> {
    const [row] = await this.connection.run(storeFigures, [COUNTED]);
    return {
      open: jsonOf(row!, 'open') as unknown as StoreFigures['open'],
      overdue: Number(row!['overdue']),
      deadLetters: Number(row!['dead_letters']),
      workers: Number(row!['workers']),
    };
  }

  override async sweep(policies: readonly RetentionPolicy[], limit: number): Promise<number> {
    if (policies.length === 0) return 0;
    const keep = policies.map((policy) => wholeMilliseconds(policy.keep));
    const [row] = await this.connection.run(sweepInstances, [
      textArray(policies.map(({ saga }) => saga)),
      textArray(policies.map(({ status }) => status)),
      binaryArray('bigint', keep),
      limit,
    ]);
    return Number(row!['removed']);
  }

  override async sweepOrphans(keep: number, after: number, limit: number): Promise<number | undefined> {
    const [row] = await this.connection.run(sweepOrphans, [wholeMilliseconds(keep), after, limit]);
    return row!['upto'] === null ? undefined : Number(row!['upto']);
  }

  override async sweepReplies(keep: number, limit: number): Promise<number> {
    const [row] = await this.connection.run(sweepReplies, [wholeMilliseconds(keep), limit]);
    return Number(row!['removed']);
  }

  /** Of several tags, the one that the fewest runs have leads. */
  private async search(filter: InstanceFilter): Promise<Search> {
    const search = searchOf(filter, 0);
    if (search.choices.length < 2) return search;
    const [row] = await this.connection.run(rarestTag, [
      textArray(search.choices.map(([name]) => name)),
      textArray(search.choices.map(([, value]) => value)),
    ]);
    return searchOf(filter, Number(row!['place']) - 1);
  }
}

function textArray(values: readonly string[]): Parameter {
  return binaryArray('text', values);
}

function positionOf(row: Row, at: string, run: string): InstancePosition {
  return { startedAt: Number(row[at]), run: row[run]! };
}

function orphanOf(row: Row): RecordedOrphan {
  const { run, call, attempt, payload } = row;
  return {
    number: Number(row['number']),
    id: row['id']!,
    reason: row['reason']!,
    at: Number(row['at']),
    ...(run === null ? {} : { run: run! }),
    ...(call === null ? {} : { call: Number(call) }),
    ...(attempt === null ? {} : { attempt: Number(attempt) }),
    ...(payload === null ? {} : { payload: jsonOf(row, 'payload') }),
  };
}
