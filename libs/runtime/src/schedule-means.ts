import type { Clock, CronCalendar, HistoryStore, SagaDefinition, ScheduleStore } from 'reprise/core';
import { CodecChain } from './codec/codec-chain.js';
import { SILENT, type EngineLog } from './engine-log.js';
import { spanOf, type EngineOptions } from './engine-options.js';
import type { HostedSagas } from './hosted-saga.js';
import { SystemClock } from './system-clock.js';

/** What schedules ask of the engine that they belong to. */
export interface ScheduledEngine {
  /** See `SagaEngine.start`. */
  start(definition: SagaDefinition, input: unknown, options: { readonly id: string }): Promise<string>;
  /** See `SagaEngine.cancel`. */
  cancel(id: string, reason: string): Promise<void>;
}

/** What schedules work with. */
export interface ScheduleMeans {
  readonly engine: ScheduledEngine;
  readonly histories: HistoryStore;
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly sagas: HostedSagas;
  /** Absent: this process runs no schedules. */
  readonly calendar: CronCalendar | undefined;
  /** The longest time between two looks for work, in milliseconds; may be `Infinity`. */
  readonly poll: number;
  readonly payloadLimit: number | undefined;
  /** For the inputs that are stored with schedules. */
  readonly codec: CodecChain;
}

/** What the stored input of a schedule is bound to. */
export function inputBinding(schedule: string): string {
  return `schedule ${schedule} input`;
}

export function scheduleMeans(engine: ScheduledEngine, options: EngineOptions, sagas: HostedSagas): ScheduleMeans {
  const { store: histories, clock = new SystemClock(), log = SILENT, calendar, poll = '1s', payloadLimit } = options;
  const codec = new CodecChain([options.codec ?? []].flat());
  return { codec, engine, histories, clock, log, sagas, calendar, poll: spanOf(poll), payloadLimit };
}

/** Where schedules are kept. */
export function scheduleStore({ histories }: ScheduleMeans): ScheduleStore {
  return histories.schedules;
}
