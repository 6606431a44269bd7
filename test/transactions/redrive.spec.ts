import { Saga, Step } from 'reprise';
import { transactionManager } from 'reprise/postgres';
import { currentStep } from 'reprise/runtime';
import { sagaDefinition } from 'reprise/decorators';
import { Books, Gate, until, type SagaProcess } from './process.js';
import { Edges, Overdrawn } from './transfer.saga.js';

const ANNA = { by: 'anna', reason: 'looked at the books' };

/** Books an amount, and tells the bank. */
@Saga({ name: 'deposit' })
class DepositSaga {
  constructor(private readonly edges: Edges) {}

  @Step({ transactional: true, timeout: '10s', retry: { attempts: 1 }, errors: [Overdrawn] })
  async book(account: string, amount: number): Promise<string> {
    await this.edges.before(currentStep()!);
    await transactionManager().query('insert into booking (account, amount) values ($1, $2)', [account, amount]);
    await this.edges.after(currentStep()!);
    return `booked ${amount}`;
  }

  @Step({ retry: { attempts: 1 } })
  async tell(_account: string): Promise<string> {
    await this.edges.before(currentStep()!);
    return 'told';
  }

  async run({ account, amount }: { account: string; amount: number }): Promise<string> {
    return `${await this.book(account, amount)} ${await this.tell(account)}`;
  }
}

const definition = sagaDefinition(DepositSaga);

describe('a redrive over PostgreSQL, asked for by a process that hosts nothing', () => {
  const books = new Books();
  const edges = new Edges();
  let host: SagaProcess;
  let client: SagaProcess;

  beforeAll(async () => {
    await books.open();
    host = await books.start([[DepositSaga, new DepositSaga(edges)]]);
    client = await books.start([]);
  });
  afterAll(() => books.drop());

  /** A deposit whose step fails with this error. */
  async function failed(id: string, step: string, error: Error): Promise<void> {
    edges.before = edges.after = () => undefined;
    const fail = ({ step: at }: { step: string }): void => {
      if (at === step) throw error;
    };
    if (step === 'book') edges.after = fail;
    else edges.before = fail;
    await host.engine.start(definition, { account: id, amount: 3 }, { id });
    await expect(result(id)).rejects.toMatchObject({ code: 'SAGA_FAILED' });
    edges.before = edges.after = () => undefined;
  }
  const result = (id: string): Promise<unknown> => client.engine.result(id, { definition, timeout: '20s' });

  it('S9 books once what was rolled back, though the outcome of the call is on record for the run before', async () => {
    await failed('declared', 'book', new Overdrawn('no money'));
    expect(await books.amounts('declared')).toEqual([]);
    await client.engine.control.redrive('declared', ANNA);
    expect(await result('declared')).toBe('booked 3 told');
    expect(await books.amounts('declared')).toEqual([3]);
  });

  it('S9 does not book again what was booked, and tries the failed step only', async () => {
    await failed('unknown', 'tell', new Error('no answer'));
    await client.engine.control.redrive('unknown', ANNA);
    expect(await result('unknown')).toBe('booked 3 told');
    expect(await books.amounts('unknown')).toEqual([3]);
  });

  it('S9 takes what has committed for the outcome of a step that history calls unknown', async () => {
    await failed('committed', 'book', new Error('connection lost'));
    const { key } = await client.engine.describe('committed');
    await client.store.transactions!.settle({ key, call: 0 }, { outcome: 'completed', result: 'booked before' });
    await client.engine.control.redrive('committed', ANNA);
    expect(await result('committed')).toBe('booked before told');
    expect(await books.amounts('committed')).toEqual([]);
  });

  it('S9 is refused another input when the first has committed after all', async () => {
    await failed('known', 'book', new Error('connection lost'));
    const { key } = await client.engine.describe('known');
    await client.store.transactions!.settle({ key, call: 0 }, { outcome: 'completed', result: 'booked before' });
    const edited = { ...ANNA, input: ['known', 2], happened: false } as const;
    await expect(client.engine.control.redrive('known', edited)).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      message: expect.stringContaining('has committed') as string,
    });
    expect(await books.amounts('known')).toEqual([]);
  });

  it('S9 books another amount in place of the first, once', async () => {
    await failed('edited', 'book', new Overdrawn('no money'));
    await client.engine.control.redrive('edited', { ...ANNA, input: ['edited', 2] });
    expect(await result('edited')).toBe('booked 2 told');
    expect(await books.amounts('edited')).toEqual([2]);
  });

  it('I1 is begun once by two processes that ask at the same time', async () => {
    await failed('twice', 'tell', new Error('no answer'));
    const asked = [host, client].map(({ engine }) => engine.control.redrive('twice', ANNA));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await result('twice')).toBe('booked 3 told');
    const runs = await books.scratch.rows(`select status from $schema.instance where id = 'twice' order by started_at`);
    expect(runs.map(({ status }) => status)).toEqual(['failed', 'completed']);
  });

  it('forks from an event: both book what comes after it, and what came before is booked once', async () => {
    await failed('forked', 'tell', new Error('no answer'));
    const events = (await client.engine.history('forked')).flatMap((turn) => turn.events);
    const booked = events.findIndex(({ type }) => type === 'StepCompleted') + 1;
    const told: string[] = [];
    edges.before = ({ step, key }) => (step === 'tell' ? void told.push(key) : undefined);
    const id = await client.engine.control.fork('forked', { ...ANNA, fromEvent: booked });
    expect(await result(id)).toBe('booked 3 told');
    expect(await books.amounts('forked')).toEqual([3]);
    expect(told).toEqual([`${(await client.engine.describe(id)).key.run}:1`]);
    expect((await client.engine.describe('forked')).status).toBe('failed');
  });

  it('W2 goes on in another process when the one that took it up is killed', async () => {
    await failed('killed', 'tell', new Error('no answer'));
    const gate = new Gate();
    edges.before = ({ step }) => (step === 'tell' && !gate.reached ? gate.pass() : undefined);
    await client.engine.control.redrive('killed', ANNA);
    await until(() => gate.reached);
    await host.kill();
    await books.takeEverything();
    await books.start([[DepositSaga, new DepositSaga(edges)]]);
    expect(await result('killed')).toBe('booked 3 told');
    expect(await books.amounts('killed')).toEqual([3]);
  });
});
