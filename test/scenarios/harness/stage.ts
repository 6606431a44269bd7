import {
  isScheduledId,
  StepTransport,
  type CronCalendar,
  type SagaDefinition,
  type StepCommand,
  type StepReply,
} from 'reprise/core';
import type { SagaClass } from 'reprise/decorators';
import { postgres, type PostgresHistoryStore } from 'reprise/postgres';
import { SagaEngine, type HostedSaga } from 'reprise/runtime';
import type { ScratchSchema } from '../../store/scratch-schema.js';
import { hostedProvider } from './hosted-provider.js';
import type { Play } from './scenario.js';

interface Worker {
  readonly engine: SagaEngine;
  readonly store: PostgresHistoryStore;
}

/** A play that is on, and who plays it now. */
interface Cast {
  /** Of the ids of its instances. */
  readonly prefix: string;
  readonly play: Play;
  providers: readonly object[];
}

/** PostgreSQL with two workers, which run the sagas of all plays that are on, and a client that hosts none. */
export class Stage {
  client!: SagaEngine;
  kills = 0;
  cuts = 0;
  private readonly on: Cast[] = [];
  private readonly definitions = new Map<string, SagaDefinition>();
  private readonly workers: Worker[] = [];
  private readonly gone: Worker[] = [];
  private clientStore!: PostgresHistoryStore;
  private changing: Promise<void> = Promise.resolve();

  constructor(private readonly scratch: ScratchSchema) {}

  async open(plays: ReadonlyMap<string, Play>): Promise<void> {
    for (const [prefix, play] of plays) this.on.push({ prefix, play, providers: play.providers });
    const { engine, store } = await this.boot([], this.scratch.url);
    [this.client, this.clientStore] = [engine, store];
    for (const at of [0, 1]) this.workers.push(await this.boot(this.hosted(at)));
  }

  /** One worker dies in mid-flight and tells nobody; another comes in its place. @param chance 0 to below 1 */
  async kill(chance: number): Promise<void> {
    await this.change(async () => {
      const at = Math.floor(chance * this.workers.length);
      const worker = this.workers[at]!;
      await worker.engine.crash();
      this.gone.push(worker);
      this.workers[at] = await this.boot(this.hosted(at));
      this.kills++;
    });
  }

  /** Every connection of the workers breaks, whatever it is about; they go on with others (law W6). */
  async cut(): Promise<void> {
    await this.change(async () => {
      if ((await this.scratch.cutConnections()) > 0) this.cuts++;
    });
  }

  /** Both workers are replaced, one after the other, by such as run these providers for a play. */
  async deploy(play: Play, providers: readonly object[]): Promise<void> {
    await this.change(async () => {
      this.on.find((cast) => cast.play === play)!.providers = providers;
      for (const [at, { engine }] of this.workers.entries()) {
        await engine.close('1s');
        this.workers[at] = await this.boot(this.hosted(at));
      }
    });
  }

  async close(): Promise<void> {
    await this.changing;
    for (const { engine } of this.workers) await engine.close('1s');
    await this.client.close();
    for (const { store } of this.gone) await store.close();
  }

  /** Everything that happened to a run. */
  history(shard: number, run: string): ReturnType<PostgresHistoryStore['history']> {
    return this.clientStore.history({ shard, run });
  }

  private change(what: () => Promise<void>): Promise<void> {
    const changed = this.changing.then(what);
    this.changing = changed.catch(() => undefined);
    return changed;
  }

  /** What instances of that saga have been run with; undefined if it was none of this stage's. */
  definition(saga: string, version: number): SagaDefinition | undefined {
    return this.definitions.get(nameOf({ name: saga, version }));
  }

  /** Each saga once: several plays may have it, each with providers of its own, and the id of an instance says whose it is. */
  private hosted(worker: number): HostedSaga[] {
    const casts = this.on.map(({ prefix, play, providers }) => ({
      prefix,
      hosted: providers
        .filter(({ constructor }) => !play.apart || play.apart.includes(constructor as SagaClass) === (worker === 0))
        .map((provider) => hostedProvider(provider, play.participant)),
    }));
    for (const { definition } of casts.flatMap(({ hosted }) => hosted))
      this.definitions.set(nameOf(definition), definition);
    return casts
      .flatMap(({ hosted }) => hosted)
      .map(({ definition }) => definition)
      .filter((definition, at, all) => all.findIndex((other) => nameOf(other) === nameOf(definition)) === at)
      .map((definition) => ({
        definition,
        perform: async (step, args, request) => {
          // An instance that a schedule started has an id without a prefix: its saga is in one play only.
          const playing = isScheduledId(request.instance)
            ? casts
            : casts.filter(({ prefix }) => request.instance.startsWith(`${prefix}-`));
          const saga = playing
            .flatMap(({ hosted }) => hosted)
            .find((hosted) => nameOf(hosted.definition) === nameOf(definition));
          if (!saga) throw new Error(`${request.instance} was left over by another play`);
          return saga.perform(step, args, request);
        },
      }));
  }

  private async boot(hosted: readonly HostedSaga[], url = this.scratch.namedUrl): Promise<Worker> {
    const store = postgres({ url, schema: this.scratch.name, pool: 4 });
    const calendar = this.on.map(({ play }) => play.calendar).find((found): found is CronCalendar => !!found);
    const engine = new SagaEngine({
      store,
      transport: new DirectTransport(hosted),
      lease: '1s',
      poll: '100ms',
      keep: '50ms',
      cues: { timeout: '1s', backoff: '50ms' },
      ...(calendar ? { calendar } : {}),
    });
    for (const saga of hosted) engine.host(saga);
    await engine.open();
    return { engine, store };
  }
}

function nameOf({ name, version }: Pick<SagaDefinition, 'name' | 'version'>): string {
  return `${name} ${version}`;
}

/** Hands commands to the participants of the sagas that send them. */
class DirectTransport extends StepTransport {
  constructor(private readonly hosted: readonly HostedSaga[]) {
    super();
  }
  check(): string[] {
    return [];
  }
  async connect(): Promise<void> {}
  async close(): Promise<void> {}
  async send(command: StepCommand): Promise<StepReply> {
    const sender = this.hosted.find(({ definition }) => definition.name === command.saga)!;
    return { outcome: 'completed', result: await sender.perform(command.step, [command.input], command) };
  }
}
