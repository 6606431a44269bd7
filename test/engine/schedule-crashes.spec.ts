import type { HistoryStore, ScheduleStore } from 'reprise/core';
import { cron } from 'reprise/cron';
import { Saga, sagaDefinition, Schedule, type SagaContext } from 'reprise/decorators';
import { postgres, type PostgresHistoryStore } from 'reprise/postgres';
import { SagaEngine, type ScheduleDescription } from 'reprise/runtime';
import { crashAtEveryPoint, testSaga } from 'reprise/testing';
import { ScratchSchema } from '../store/scratch-schema.js';
import { Lab } from './lab.js';

const HOUR = 3_600_000;
const calendar = cron();

@Schedule('0 * * * *', { name: 'hourly', catchUp: 'all', overlap: 'allow' })
@Schedule('5 * * * *', { name: 'buffered', catchUp: 'all', overlap: 'buffer' })
@Saga({ name: 'ticked' })
class Ticked {
  async run(): Promise<void> {}
}

const WATCHED = ['take', 'change', 'nearest', 'hurry'] as const;

/** Calls `at` before and after every call that running schedules makes; what it throws is what the caller gets. */
function watch(store: HistoryStore, at: () => void): void {
  const wrap = <T extends object>(target: T, method: keyof T & string): void => {
    const call = (target[method] as (...args: unknown[]) => Promise<unknown>).bind(target);
    Object.assign(target, {
      [method]: async (...args: unknown[]) => {
        at();
        const answer = await call(...args);
        at();
        return answer;
      },
    });
  };
  for (const method of WATCHED) wrap<ScheduleStore>(store.schedules, method);
  wrap(store, 'append');
  wrap(store, 'find');
}

describe('M7 no tick starts twice, and none is lost', () => {
  it('M7 I1 when the worker crashes at any point of running schedules', async () => {
    let points = 0;
    for (let crashAt = 1, crashed = true; crashed; crashAt++) {
      crashed = false;
      const lab = new Lab();
      const engine = await lab.open([Ticked], { calendar });
      let [calls, dead] = [0, false];
      watch(lab.store, () => {
        if (!dead && (crashed || ++calls < crashAt)) return;
        if (!dead) void engine.crash();
        crashed = dead = true;
        throw new Error('crashed');
      });
      await lab.advance(2 * HOUR + HOUR / 2);
      if (!crashed) break;
      points++;
      dead = false;
      await lab.open([Ticked], { calendar });
      await lab.advance(HOUR);
      const ended = await Promise.all(
        ['hourly:2030-01-01T01:00', 'hourly:2030-01-01T02:00', 'hourly:2030-01-01T03:00'].map((tick) =>
          lab.status(`schedule:${tick}:00Z`),
        ),
      );
      expect([crashAt, ended]).toEqual([crashAt, ['completed', 'completed', 'completed']]);
      const started = lab.store.journal.filter((type) => type === 'SagaStarted').length;
      const hours = [0, 1, 2, 3].map((hour) => `schedule:buffered:2030-01-01T0${hour}:05:00Z`);
      const buffered = await Promise.all(hours.map((id) => lab.status(id).catch(() => undefined)));
      expect([crashAt, started]).toEqual([crashAt, 3 + buffered.filter((status) => status === 'completed').length]);
      await lab.engine.crash();
    }
    expect(points).toBeGreaterThan(40);
  });

  describe('over PostgreSQL', () => {
    const scratch = new ScratchSchema();
    const stores: PostgresHistoryStore[] = [];

    afterAll(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await scratch.drop();
    });

    @Saga({ name: 'ticked.there' })
    class TickedThere {
      async run(): Promise<void> {}
    }
    const definition = sagaDefinition(TickedThere);

    async function engineOver(at: () => void = () => undefined): Promise<SagaEngine> {
      const store = postgres({ url: scratch.url, schema: scratch.name, pool: 3, listen: false });
      stores.push(store);
      const engine = new SagaEngine({ store, calendar, lease: '60s', poll: '20ms' });
      engine.host({ definition, perform: async () => undefined });
      await store.open();
      watch(store, at);
      await engine.open();
      return engine;
    }

    it('M7 I1 when two workers run the same schedules and one of them crashes at any point', async () => {
      const survivor = await engineOver();
      let crashes = 0;
      for (let crashAt = 1, crashed = true; crashed && crashAt < 40; crashAt++) {
        crashed = false;
        let calls = 0;
        let armed = false;
        const victim: SagaEngine = await engineOver(() => {
          if (!crashed && (!armed || ++calls < crashAt)) return;
          if (!crashed) {
            crashes++;
            void victim.crash();
          }
          crashed = true;
          throw new Error('crashed');
        });
        armed = true;
        const name = `after ${crashAt}`;
        await overdue(victim, name);
        victim.schedules.begin();
        survivor.schedules.begin();
        await until(async () => {
          // What the crash left taken comes due when its hold is over: here at once.
          if (crashed) {
            await scratch.rows(
              `update $schema.schedule set due_at = now() where name = $1 and last_tick is null and due_at > now()`,
              [name],
            );
            survivor.schedules.begin();
          }
          return (await survivor.schedules.get(name)).lastTick !== undefined;
        });
        const rows = await scratch.rows('select id from $schema.instance where id like $1', [`schedule:${name}:%`]);
        expect([crashAt, rows.length, new Set(rows.map(({ id }) => id)).size]).toEqual([crashAt, 6, 6]);
        await survivor.schedules.delete(name);
        await victim.crash();
      }
      expect(crashes).toBeGreaterThan(5);
      await survivor.crash();
    });

    /** A schedule of every hour that nobody ran for the last six. */
    async function overdue(engine: SagaEngine, name: string): Promise<void> {
      const options = { cron: '0 * * * *', catchUp: 'all', overlap: 'allow' } as const;
      await engine.schedules.create(definition, { name, ...options });
      await scratch.rows(
        `update $schema.schedule set next_tick = date_trunc('hour', now()) - interval '5 hours', due_at = now(), revision = revision + 1
         where name = $1`,
        [name],
      );
    }
  });
});

/** Looks again until it is so; the spec's own time limit ends it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

@Schedule('* * * * * *', { name: 'long' })
@Saga({ name: 'long' })
class Long {
  async run(_input: undefined, saga: SagaContext): Promise<void> {
    await saga.sleep('20s');
  }
}

describe('M7 a tick that was started when the worker died', () => {
  it('holds up the next by its overlap, wherever that was', async () => {
    const { points, end } = await crashAtEveryPoint(async (point) => {
      const process = await testSaga(Long).calendar(calendar).open(point);
      await process.advance('70s');
      const schedule = (): Promise<ScheduleDescription> => process.engine.schedules.get('long');
      await process.until(async () => (await schedule()).started === process.instances.length);
      const lives = process.instances.map(({ startedAt, closedAt = Infinity }) => ({ startedAt, closedAt }));
      return lives.filter((one, at) => lives.slice(at + 1).some((other) => other.startedAt < one.closedAt));
    });
    expect(end).toEqual([]);
    expect(points).toBeGreaterThan(5);
  });
});
