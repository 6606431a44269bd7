import { performLocal, Saga, sagaDefinition, Signal, Step } from 'reprise/decorators';
import { postgres } from 'reprise/postgres';
import { SagaEngine } from 'reprise/runtime';
import { ScratchSchema } from '../store/scratch-schema.js';

const indexed: string[] = [];

@Saga({ name: 'reindex' })
class Reindex {
  private readonly said: string[] = [];
  @Step() async index(input: string): Promise<string> {
    indexed.push(input);
    return input;
  }
  @Signal() say(word: string): void {
    this.said.push(word);
  }
  async run(input: string): Promise<unknown> {
    return { indexed: await this.index(input), said: this.said };
  }
}

const definition = sagaDefinition(Reindex);

describe('S10 delayed starts over PostgreSQL, with several workers', () => {
  const scratch = new ScratchSchema();
  let engines: SagaEngine[];

  beforeAll(async () => {
    engines = [1, 2, 3].map(() => {
      const engine = new SagaEngine({
        store: postgres({ url: scratch.url, schema: scratch.name, pool: 4 }),
        poll: '20ms',
      });
      const provider = new Reindex();
      engine.host({ definition, perform: (step, args) => performLocal(provider, step, args) });
      return engine;
    });
    for (const engine of engines) await engine.open();
  });
  afterAll(async () => {
    for (const engine of engines) await engine.close();
    await scratch.drop();
  });

  it('S10 of many starts of one id, from everywhere at once, one instance begins, with an input of one of the last', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        engines.map((engine, i) =>
          engine.start(definition, `${round}-${i}`, { id: 'one', debounce: '2s', maxWait: '1 minute' }),
        ),
      );
    }
    const { indexed: last } = (await engines[0]!.result('one', { definition })) as { indexed: string };
    expect(last).toMatch(/^4-/);
    expect(indexed).toEqual([last]);
    const { startedAt, beginsAt, closedAt } = await engines[1]!.describe('one');
    expect(closedAt!).toBeGreaterThanOrEqual(beginsAt!);
    expect(beginsAt! - startedAt).toBeGreaterThanOrEqual(2_000);
  });

  it('S10 C7 waits for its time whatever is said to it, and is cancelled at once', async () => {
    const [first, second] = engines as [SagaEngine, SagaEngine];
    await first.start(definition, 'a', { id: 'two', delay: '300ms' });
    await first.start(definition, 'never', { id: 'three', delay: '1h' });
    for (const id of ['two', 'three']) await second.signal(id, 'say', ['hello']);
    await second.cancel('three');
    await expect(first.result('three', { definition })).rejects.toMatchObject({ code: 'SAGA_CANCELLED' });
    expect(await second.result('two', { definition })).toEqual({ indexed: 'a', said: ['hello'] });
    const { beginsAt, closedAt } = await first.describe('two');
    expect(closedAt!).toBeGreaterThanOrEqual(beginsAt!);
    expect(indexed).not.toContain('never');
  });
});
