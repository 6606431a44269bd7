import { SagaError } from 'reprise/core';
import { cron } from 'reprise/cron';
import { Saga, Schedule, Signal, Step, type SagaContext } from 'reprise/decorators';
import { currentStep, type SagaEngine } from 'reprise/runtime';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// A lock that sagas share: a saga of its own, which is asked for the lock and grants it.

/** One place that two must not use at the same time. */
class Crane extends Books {
  private user: string | undefined;

  take(who: string): void {
    if (!this.did(`${who} lifts`)) return;
    if (this.user !== undefined) this.did(`collision of ${who} and ${this.user}`, { key: `collision ${who}` });
    this.user = who;
  }
  leave(who: string): void {
    if (this.did(`${who} is done`)) this.user = undefined;
  }
}

type Engine = () => SagaEngine;

/** From within a step: a signal to another saga. A step that runs again sends it again, so that whoever gets it has to take it once. */
async function tell(engine: SagaEngine, id: string, signal: string, ...args: unknown[]): Promise<void> {
  try {
    await engine.signal(id, signal, args, { key: currentStep()!.key });
  } catch (error) {
    // It has been told before: it acted on it, and has ended.
    if (!(error instanceof SagaError) || error.code !== 'INSTANCE_CLOSED') throw error;
  }
}

interface LockState {
  readonly waiting: readonly string[];
  /** Whoever had it: a request that comes again is an old one. */
  readonly served: readonly string[];
}

const MOST_GRANTS = 2;

@Saga({ name: 'lock' })
class LockSaga {
  private waiting: string[] = [];
  private served: string[] = [];
  private holder: string | undefined;
  private isRetired = false;

  constructor(private readonly engine: Engine) {}

  @Signal() request(who: string): void {
    if (who !== this.holder && !this.waiting.includes(who) && !this.served.includes(who)) this.waiting.push(who);
  }
  @Signal() release(who: string): void {
    if (who === this.holder) this.holder = undefined;
  }
  @Signal() retire(): void {
    this.isRetired = true;
  }
  @Step() async grant(who: string): Promise<void> {
    await tell(this.engine(), who, 'granted');
  }

  async run(state: LockState, saga: SagaContext): Promise<number> {
    [this.waiting, this.served] = [[...state.waiting], [...state.served]];
    for (let grants = 0; grants < MOST_GRANTS; grants++) {
      await saga.until(() => this.waiting.length > 0 || this.isRetired);
      if (this.waiting.length === 0) return this.served.length;
      this.holder = this.waiting.shift()!;
      this.served.push(this.holder);
      await this.grant(this.holder);
      await saga.until(() => this.holder === undefined);
    }
    return saga.continueAsNew({ waiting: this.waiting, served: this.served });
  }
}

@Saga({ name: 'load' })
class LoadSaga {
  private mayLift = false;

  constructor(
    private readonly crane: Crane,
    private readonly engine: Engine,
  ) {}

  @Step() async request(lock: string, me: string): Promise<void> {
    await tell(this.engine(), lock, 'request', me);
  }
  @Signal() granted(): void {
    this.mayLift = true;
  }
  @Step() async lift(ship: string): Promise<void> {
    this.crane.take(ship);
  }
  @Step() async finish(ship: string): Promise<void> {
    this.crane.leave(ship);
  }
  @Step() async release(lock: string, me: string): Promise<void> {
    await tell(this.engine(), lock, 'release', me);
  }

  async run({ lock, ship, time }: { lock: string; ship: string; time: number }, saga: SagaContext): Promise<void> {
    await this.request(lock, saga.id);
    await saga.until(() => this.mayLift);
    try {
      await this.lift(ship);
      await saga.sleep(time);
      await this.finish(ship);
    } finally {
      await this.release(lock, saga.id);
    }
  }
}

const SHIPS = ['Anna', 'Berta', 'Clara', 'Dora', 'Emma'];

const locked = scenario({
  name: 'M1 five sagas that share a crane by a lock',
  world: () => new Crane(),
  sagas: (crane, engine) => [new LockSaga(engine), new LoadSaga(crane, engine)],
  size: { usual: 5, crashes: 3 },
  async drive(client, _crane, count) {
    const ships = SHIPS.slice(0, count);
    const lock = client.id('crane');
    await client.start(LockSaga, { waiting: [], served: [] }, 'crane');
    await client.each(ships, (ship) => client.start(LoadSaga, { lock, ship, time: client.days(1) }, ship));
    const loads = await client.each(ships, (ship) => client.end(LoadSaga, ship));
    await client.signal(LockSaga, 'crane', 'retire');
    return { loads: new Set(loads.map(({ status }) => status)), lock: await client.end(LockSaga, 'crane') };
  },
  ends: (count) => ({ loads: new Set(['completed']), lock: { status: 'completed', result: count } }),
  standing: (count) => SHIPS.slice(0, count).flatMap((ship) => [`${ship} is done`, `${ship} lifts`]),
});

// A schedule that ticks more often than its work takes.

class Shelf extends Books {
  private readonly counting = new Set<string>();
  readonly counted = new Set<string>();
  collisions = 0;

  begin(who: string): void {
    if (this.counted.has(who)) return;
    this.counting.add(who);
    if (this.counting.size > 1) this.collisions++;
  }
  end(who: string): void {
    this.counting.delete(who);
    this.counted.add(who);
  }
}

@Schedule('* * * * * *', { name: 'stock-taking', overlap: 'skip', catchUp: 'all' })
@Saga({ name: 'stock-taking' })
class StockTakingSaga {
  constructor(private readonly shelf: Shelf) {}

  @Step() async begin(): Promise<void> {
    this.shelf.begin(currentStep()!.instance);
  }
  @Step() async end(): Promise<void> {
    this.shelf.end(currentStep()!.instance);
  }
  async run(_input: undefined, saga: SagaContext): Promise<void> {
    await this.begin();
    await saga.sleep('1200ms');
    await this.end();
  }
}

const scheduled = scenario({
  name: 'M7 a schedule whose ticks are left out while the work before goes on',
  world: () => new Shelf(),
  sagas: (shelf) => [new StockTakingSaga(shelf)],
  calendar: cron(),
  async drive(client, shelf) {
    const name = 'stock-taking';
    const before = await client.act(({ schedules }) => schedules.resume(name));
    await client.until(() => shelf.counted.size === 2);
    await client.act(({ schedules }) => schedules.pause(name, 'counted twice'));
    const { skipped } = await client.act(({ schedules }) => schedules.get(name));
    const open = { by: 'anna', reason: 'to see what is open', dryRun: true };
    await client.until(
      async () => (await client.act(({ control }) => control.bulk({ saga: name }, 'retry', open))).found === 0,
    );
    return { collisions: shelf.collisions, isSkipping: skipped > before.skipped };
  },
  ends: { collisions: 0, isSkipping: true },
});

family('coordination', [locked, scheduled]);
