import { Saga, sagaDefinition, Signal, Step, type SagaContext } from 'reprise/decorators';
import { SagaEngine } from 'reprise/runtime';
import { MemoryStore, VirtualClock } from 'reprise/testing';

@Saga({ name: 'deadly' })
class Deadly {
  @Step() async work(): Promise<void> {}
  async run(): Promise<string> {
    await this.work();
    return 'survived';
  }
}

@Saga({ name: 'harmless' })
class Harmless {
  private told = false;
  @Signal() tell(): void {
    this.told = true;
  }
  @Step({ timeout: '1 day' }) async longWork(): Promise<void> {}
  async run(_input: unknown, saga: SagaContext): Promise<string> {
    await this.longWork();
    await saga.until(() => this.told);
    return 'done';
  }
}

const LEASE = 10_000;

/** Workers that are started anew as soon as the one before is dead, as a platform does. */
class Platform {
  readonly clock = new VirtualClock();
  readonly store = new MemoryStore(this.clock);
  engine!: SagaEngine;
  deaths = 0;
  /** What the deadly step does. */
  deadly: () => unknown = () => this.die();
  /** What the harmless step does. */
  harmless: () => unknown = () => new Promise(() => undefined);

  async restart(): Promise<void> {
    this.engine = new SagaEngine({ store: this.store, clock: this.clock, lease: LEASE, crashLimit: 5, log: silent });
    const perform = async (step: string): Promise<unknown> => (step === 'work' ? this.deadly() : this.harmless());
    for (const saga of [Deadly, Harmless]) this.engine.host({ definition: sagaDefinition(saga), perform });
    await this.engine.open();
  }

  private die(): Promise<void> {
    this.deaths++;
    void this.engine.crash().then(() => this.restart());
    return new Promise(() => undefined);
  }

  /** Lets time pass in small steps until the condition holds. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let seconds = 0; seconds < 2_000; seconds++) {
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      if (await holds()) return;
      this.clock.moveTo(this.clock.now() + 500);
    }
    throw new Error('It never came true.');
  }

  async status(id: string): Promise<string> {
    return (await this.engine.describe(id)).status;
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('W5 an instance that kills its worker', () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = new Platform();
    await platform.restart();
  });
  afterEach(() => platform.engine.close());

  const parked = async (): Promise<boolean> => (await platform.status('deadly')) === 'incident';

  it('is parked when it has cost as many workers as it may, and its neighbours are not', async () => {
    const neighbours = Array.from({ length: 40 }, (_, i) => `harmless-${i}`);
    for (const id of neighbours) await platform.engine.start(sagaDefinition(Harmless), undefined, { id });
    await platform.engine.start(sagaDefinition(Deadly), undefined, { id: 'deadly' });
    await platform.until(parked);
    expect(platform.deaths).toBe(5);
    expect((await platform.engine.describe('deadly')).error).toMatchObject({ code: 'CRASH_LOOP' });
    platform.harmless = () => undefined;
    for (const id of neighbours) await platform.engine.signal(id, 'tell', []);
    await platform.engine.crash();
    await platform.restart();
    const ended = async (): Promise<boolean> =>
      (await Promise.all(neighbours.map((id) => platform.status(id)))).every((status) => status === 'completed');
    await platform.until(ended);
    expect(platform.deaths).toBe(5);
  });

  it('goes on when the cause is mended and somebody resumes it', async () => {
    await platform.engine.start(sagaDefinition(Deadly), undefined, { id: 'deadly' });
    await platform.until(parked);
    platform.deadly = () => undefined;
    await platform.engine.resume('deadly', 'ann');
    await platform.until(async () => (await platform.status('deadly')) === 'completed');
  });

  it('is tried again as often when it was not mended', async () => {
    await platform.engine.start(sagaDefinition(Deadly), undefined, { id: 'deadly' });
    await platform.until(parked);
    await platform.engine.resume('deadly', 'ann');
    await platform.until(async () => platform.deaths === 10 && (await parked()));
  });
});
