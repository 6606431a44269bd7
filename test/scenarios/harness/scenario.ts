import type { CronCalendar } from 'reprise/core';
import type { SagaClass } from 'reprise/decorators';
import type { SagaEngine } from 'reprise/runtime';
import type { CrashPoint, HostedByTest } from 'reprise/testing';
import { Books } from './books.js';
import type { Client } from './client.js';
import { hostedProvider, type Participant } from './hosted-provider.js';

/** How it is run. */
export type Mode = 'memory' | 'crashes' | 'postgres' | 'kills';

/** One thing that sagas can do: described once, run in memory, with a crash at every point, over PostgreSQL, and with workers dying. */
export interface ScenarioPlan<World extends Books> {
  readonly name: string;
  /** What is there at the beginning: the books, and what the scenario puts beside them. Default: empty books. */
  readonly world?: () => World;
  /** The sagas' providers. @param engine for steps that talk to other sagas */
  readonly sagas: (world: World, engine: () => SagaEngine) => readonly object[];
  /** Of two workers the first runs these, and the second the others: what they tell each other goes through the database. */
  readonly apart?: readonly SagaClass[];
  /** Performs what the sagas ask of other services. */
  readonly participant?: (world: World) => Participant;
  /** Reads the expressions of schedules, where there are any. */
  readonly calendar?: CronCalendar;
  /** How many things there are to do, where that is a question of time: in all modes, and where it differs. Default 1. */
  readonly size?: number | ({ readonly usual: number } & Partial<Record<Mode, number>>);
  /** How long a day of the scenario takes in real time, in milliseconds. Default 40. */
  readonly day?: number;
  /** What the world does meanwhile; answers what is to be looked at in the end. */
  readonly drive: (client: Client, world: World, size: number) => Promise<unknown>;
  /** What `drive` answers, in every mode. */
  readonly ends: object | ((size: number) => object);
  /** What stands in the books in the end, in order of the alphabet. Default: nothing that was done is left. */
  readonly standing?: (size: number, world: World) => readonly string[];
}

/** One run of a scenario, with a world of its own. */
export interface Play {
  readonly name: string;
  readonly day: number;
  readonly providers: readonly object[];
  readonly participant: Participant;
  readonly calendar: CronCalendar | undefined;
  readonly apart: readonly SagaClass[] | undefined;
  /** Hosts other providers of the scenario in memory. */
  hosting(providers: readonly object[]): HostedByTest;
  /** @throws when it comes to another end than it should */
  perform(client: Client): Promise<void>;
}

export interface Scenario {
  readonly name: string;
  /** Begins a run. @param engine the engine that is up now */
  play(mode: Mode, engine: () => SagaEngine): Play;
}

export function scenario<World extends Books = Books>(plan: ScenarioPlan<World>): Scenario {
  const play = (mode: Mode, engine: () => SagaEngine): Play => {
    const { name, day = 40, calendar, apart, drive, ends, standing } = plan;
    const world = plan.world?.() ?? (new Books() as World);
    const participant =
      plan.participant?.(world) ??
      ((step) => {
        throw new Error(`nobody performs ${step}`);
      });
    const hosting = (providers: readonly object[]): HostedByTest => ({
      hosted: (point?: CrashPoint) => providers.map((provider) => hostedProvider(provider, participant, point)),
    });
    const providers = plan.sagas(world, engine);
    const size = sizeIn(mode, plan.size);
    const perform = async (client: Client): Promise<void> => {
      expect(await drive(client, world, size)).toEqual(typeof ends === 'function' ? ends(size) : ends);
      expect(world.standing).toEqual(standing?.(size, world) ?? []);
    };
    return { name, day, providers, participant, calendar, apart, hosting, perform };
  };
  return { name: plan.name, play };
}

function sizeIn(mode: Mode, size: ScenarioPlan<Books>['size'] = 1): number {
  return typeof size === 'number' ? size : (size[mode] ?? size.usual);
}
