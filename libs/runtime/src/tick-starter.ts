import {
  decodePayload,
  SagaError,
  tickId,
  type DeclaredSchedule,
  type SagaDefinition,
  type ScheduleRecord,
} from 'reprise/core';
import { inputBinding, type ScheduleMeans } from './schedule-means.js';
import { uuidV7 } from './uuid-v7.js';

/** Starts the instance of one tick: with the code's input where the schedule stands in the code, else with the one that is stored. */
export class TickStarter {
  constructor(private readonly means: Pick<ScheduleMeans, 'sagas' | 'engine' | 'codec'>) {}

  /**
   * The instance of a tick. Whoever starts it again, for instance after a crash, gets the same one (law I1).
   * @param tick milliseconds since the epoch
   * @throws what the schedule's functions throw, and what `SagaEngine.start` does
   */
  async ofTick(schedule: ScheduleRecord, tick: number): Promise<string> {
    return this.begin(schedule, tick, tickId(schedule.name, tick));
  }

  /** The id that the instance of a tick has, or would have; undefined where none can be made. */
  idOf(schedule: ScheduleRecord, tick: number): string | undefined {
    try {
      const declared = schedule.origin === 'code' ? declaredOf(this.definitionOf(schedule), schedule) : undefined;
      return declared?.id?.(new Date(tick)) ?? tickId(schedule.name, tick);
    } catch {
      return undefined;
    }
  }

  /** An instance beside the ticks. */
  async now(schedule: ScheduleRecord, at: number): Promise<string> {
    return this.begin(schedule, at, `${tickId(schedule.name, at)} ${uuidV7()}`);
  }

  /** The definition by which the instances of a schedule run: the newest version that this process has. */
  definitionOf({ saga, name, version }: ScheduleRecord): SagaDefinition {
    const definition = this.means.sagas.newest(saga);
    if (definition && definition.version >= version) return definition;
    throw new SagaError(
      'UNKNOWN_SAGA',
      `Schedule "${name}" starts saga "${saga}" from version ${version} on, which this process does not run.`,
      'Ask a process that runs it.',
    );
  }

  private async begin(schedule: ScheduleRecord, tick: number, id: string): Promise<string> {
    const definition = this.definitionOf(schedule);
    if (schedule.origin === 'call') {
      const input = await this.means.codec.decode(schedule.input!, inputBinding(schedule.name));
      return this.means.engine.start(definition, decodePayload(input), { id });
    }
    const declared = declaredOf(definition, schedule);
    const input = declared.input(new Date(tick));
    return this.means.engine.start(definition, input, { id: declared.id?.(new Date(tick)) ?? id });
  }
}

function declaredOf(definition: SagaDefinition, { name }: ScheduleRecord): DeclaredSchedule {
  const found = definition.schedules?.find((declared) => declared.name === name);
  if (found) return found;
  throw new SagaError(
    'UNKNOWN_SCHEDULE',
    `Schedule "${name}" does not stand on the class of saga "${definition.name}" in this process.`,
    'Ask a process whose code has it, or delete the schedule.',
  );
}
