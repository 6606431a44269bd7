import {
  shardOf,
  StepLimits,
  type DeclaredLimit,
  type PermitDemand,
  type PermitKey,
  type PermitRequest,
  type PermitsTaken,
  type SharedLimit,
  type StepLimitStatus,
  type StepSetting,
  type StepType,
} from 'reprise/core';
import { binaryArray } from './binary-array.js';
import type { Connection, Row } from './connection.js';
import { hintChannel, type HintListener } from './hint-listener.js';
import { declareLimits } from './statements/declare-limits.js';
import { giveBackPermits } from './statements/give-back-permits.js';
import { heldPermits } from './statements/held-permits.js';
import { listLimits } from './statements/list-limits.js';
import { pauseStep } from './statements/pause-step.js';
import { readSettings } from './statements/read-settings.js';
import { requestPermits } from './statements/request-permits.js';
import { resumeStep } from './statements/resume-step.js';
import { setLimit } from './statements/set-limit.js';
import { takePermits } from './statements/take-permits.js';

/** What hints about limits carry. */
const SUBJECT = 'limits';

/** Limits and pauses in PostgreSQL, on its clock (law S10). */
export class PostgresStepLimits extends StepLimits {
  private readonly channel: string;

  constructor(
    private readonly connection: Connection,
    private readonly hints: HintListener,
  ) {
    super();
    this.channel = hintChannel(connection.schemaName);
  }

  override async declare(sagas: readonly string[], limits: readonly DeclaredLimit[]): Promise<void> {
    const rows = limits.map(({ limit, ...type }) => ({ ...typeColumns(type), ...limitColumns(limit) }));
    await this.connection.run(declareLimits, [binaryArray('text', sagas), JSON.stringify(rows)]);
  }

  override async settings(): Promise<StepSetting[]> {
    return (await this.connection.run(readSettings, [])).map(settingOf);
  }

  override async request(worker: string, requests: readonly PermitRequest[]): Promise<void> {
    const rows = requests.map(({ instance, ...request }) => ({
      ...request,
      shard: typeColumns(request).shard,
      instance_shard: instance.shard,
      instance_run: instance.run,
    }));
    await this.connection.run(requestPermits, [worker, JSON.stringify(rows)]);
  }

  override async take(worker: string, demands: readonly PermitDemand[]): Promise<PermitsTaken> {
    const rows = demands.map((demand) => ({ ...typeColumns(demand), room: demand.room ?? null }));
    const [row] = await this.connection.run(takePermits, [worker, JSON.stringify(rows)]);
    return {
      granted: JSON.parse(row!['granted'] ?? '[]') as string[],
      contended: row!['contended'] === 't',
      ...(row!['retry_after'] ? { retryAfter: Number(row!['retry_after']) } : {}),
    };
  }

  override async held(worker: string): Promise<PermitKey[]> {
    const rows = await this.connection.run(heldPermits, [worker]);
    return rows.map((row) => ({ saga: row['saga']!, step: row['step']!, id: row['id']! }));
  }

  override async giveBack(worker: string, permits: readonly PermitKey[]): Promise<void> {
    const rows = permits.map((permit) => ({ ...typeColumns(permit), id: permit.id }));
    await this.connection.run(giveBackPermits, [worker, JSON.stringify(rows), this.channel]);
  }

  override async set(type: StepType, limit: SharedLimit): Promise<void> {
    await this.setParts(type, limit, true);
  }

  override async clear(type: StepType): Promise<void> {
    await this.setParts(type, {}, false);
  }

  override async pause(type: StepType, by: string, reason: string): Promise<void> {
    await this.connection.run(pauseStep, [...typeValues(type), by, reason, this.channel]);
  }

  override async resume(type: StepType, by: string): Promise<boolean> {
    return (await this.connection.run(resumeStep, [...typeValues(type), by, this.channel])).length > 0;
  }

  override async list(): Promise<StepLimitStatus[]> {
    return (await this.connection.run(listLimits, [])).map((row) => ({
      ...settingOf(row),
      declared: limitOf(row, 'declared_'),
      held: Number(row['held']),
      waiting: Number(row['waiting']),
      ...(row['waiting_since'] ? { waitingSince: Number(row['waiting_since']) } : {}),
    }));
  }

  override onChange(listener: () => void): () => void {
    return this.hints.add(listener, SUBJECT);
  }

  private async setParts(type: StepType, limit: SharedLimit, keep: boolean): Promise<void> {
    const { concurrency, rate_count, rate_per } = limitColumns(limit);
    await this.connection.run(setLimit, [...typeValues(type), concurrency, rate_count, rate_per, keep, this.channel]);
  }
}

function typeColumns({ saga, step }: StepType): { shard: number; saga: string; step: string } {
  return { shard: shardOf(`${saga} ${step}`), saga, step };
}

function typeValues(type: StepType): [number, string, string] {
  const { shard, saga, step } = typeColumns(type);
  return [shard, saga, step];
}

function limitColumns({ concurrency, rate }: SharedLimit) {
  return {
    concurrency: concurrency ?? null,
    rate_count: rate?.count ?? null,
    rate_per: rate ? Math.ceil(rate.perMs) : null,
  };
}

function limitOf(row: Row, prefix: '' | 'declared_'): SharedLimit {
  const [concurrency, count, per] = ['concurrency', 'rate_count', 'rate_per'].map((part) => row[`${prefix}${part}`]);
  return {
    ...(concurrency ? { concurrency: Number(concurrency) } : {}),
    ...(count && per ? { rate: { count: Number(count), perMs: Number(per) } } : {}),
  };
}

function settingOf(row: Row): StepSetting {
  const { paused_by: by, pause_reason: reason, paused_at: at } = row;
  return {
    saga: row['saga']!,
    step: row['step']!,
    limit: limitOf(row, ''),
    ...(at ? { paused: { by: by ?? '', reason: reason ?? '', at: Number(at) } } : {}),
  };
}
