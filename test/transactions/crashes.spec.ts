import { sagaDefinition } from 'reprise/decorators';
import { Books, type SagaProcess } from './process.js';
import { Edges, TransferSaga, type Transfer } from './transfer.saga.js';

const definition = sagaDefinition(TransferSaga);

/** Counts the moments at which a process may die, and kills it at one of them. */
class Death {
  passed = 0;
  place = '';
  kill: () => Promise<void> = async () => undefined;

  constructor(private readonly at = Infinity) {}

  async pass(place: string): Promise<void> {
    if (++this.passed !== this.at) return;
    this.place = place;
    await this.kill();
    await new Promise(() => undefined);
  }
}

describe('S9 wherever the process dies', () => {
  const books = new Books();
  beforeAll(() => books.open());
  afterAll(() => books.drop());

  /** Runs one transfer to its end, over as many processes as it takes. */
  async function transfer(id: string, input: Transfer, death: Death): Promise<{ result: unknown; place: string }> {
    const edges = new Edges();
    edges.before = ({ step, attempt }) => death.pass(`before the body of ${step}, attempt ${attempt}`);
    edges.after = ({ step, attempt }) =>
      death.pass(`after the writes of ${step}, attempt ${attempt}, before its commit`);
    const begin = async (): Promise<SagaProcess> => {
      const started = await books.start([[TransferSaga, new TransferSaga(edges)]]);
      const append = started.store.append.bind(started.store);
      started.store.append = async (worker, turns) => {
        const what = turns.flatMap(({ turn }) => turn.events.map(({ type }) => type)).join(', ');
        await death.pass(`before the append of ${what}`);
        const outcomes = await append(worker, turns);
        await death.pass(`after the append of ${what}`);
        return outcomes;
      };
      return started;
    };
    let running = await begin();
    const died = new Promise<void>((resolve) => {
      death.kill = async () => {
        await running.kill();
        resolve();
      };
    });
    const starting = running.engine.start(definition, input, { id });
    const outcome = starting.then(() => running.engine.result(id, { definition, timeout: '20s' }));
    outcome.catch(() => undefined);
    let result = outcome;
    await Promise.race([died, outcome.catch(() => undefined)]);
    if (death.place !== '') {
      await died;
      await books.takeEverything();
      running = await begin();
      await running.engine.start(definition, input, { id });
      result = running.engine.result(id, { definition, timeout: '20s' });
    }
    const settled = await result.catch((error: unknown) => error);
    await running.engine.close();
    await running.kill();
    return { result: settled, place: death.place };
  }

  it('S9 books once', async () => {
    const calm = new Death();
    await transfer('calm', { account: 'calm', amount: 7 }, calm);
    expect(await books.amounts('calm')).toEqual([7]);
    expect(calm.passed).toBeGreaterThanOrEqual(6);
    for (let at = 1; at <= calm.passed; at++) {
      const account = `death ${at}`;
      const { result, place } = await transfer(account, { account, amount: 7 }, new Death(at));
      expect({ place, result, amounts: await books.amounts(account) }).toEqual({
        place,
        result: expect.stringMatching(/^booking \d+$/),
        amounts: [7],
      });
    }
  });

  it('S9 C4 takes it back once', async () => {
    const calm = new Death();
    await transfer('undone', { account: 'undone', amount: 7, fails: true }, calm);
    expect(await books.amounts('undone')).toEqual([7, -7]);
    expect(calm.passed).toBeGreaterThanOrEqual(10);
    for (let at = 1; at <= calm.passed; at++) {
      const account = `undone ${at}`;
      const { result, place } = await transfer(account, { account, amount: 7, fails: true }, new Death(at));
      expect({ place, result, amounts: await books.amounts(account) }).toEqual({
        place,
        result: expect.objectContaining({ code: 'SAGA_COMPENSATED' }),
        amounts: [7, -7],
      });
    }
  });
});
