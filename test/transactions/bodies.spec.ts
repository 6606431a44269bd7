import { sagaDefinition } from 'reprise/decorators';
import { transactionManager } from 'reprise/postgres';
import { AccountSaga, increase, Refused, type Body } from './account.saga.js';
import { Books, Gate, until, type SagaProcess } from './process.js';

const definition = sagaDefinition(AccountSaga);
type How = Parameters<AccountSaga['run']>[0]['how'];

const book = (account: string): Promise<unknown> =>
  transactionManager().query('insert into booking (account, amount) values ($1, 1)', [account]);

describe('S9 the body of a transactional step', () => {
  const books = new Books();
  let body: Body;
  let running: SagaProcess;
  let bodies: number;

  beforeAll(async () => {
    await books.open();
    const provider = new AccountSaga((account, step) => {
      bodies++;
      return body(account, step);
    });
    running = await books.start([[AccountSaga, provider]]);
  });
  beforeEach(() => (bodies = 0));
  afterAll(() => books.drop());

  async function run(how: How, account: string, id = account): Promise<unknown> {
    await running.engine.start(definition, { how, account }, { id });
    return running.engine.result(id, { definition, timeout: '20s' });
  }

  it('S9 has its writes committed with its outcome, through repositories and savepoints of its own too', async () => {
    body = async (account) => {
      await book(account);
      await transactionManager()
        .transaction(async (inner) => {
          await inner.query('insert into booking (account, amount) values ($1, 50)', [account]);
          throw new Error('never mind');
        })
        .catch(() => undefined);
      await transactionManager().transaction((inner) =>
        inner.query('insert into booking (account, amount) values ($1, 2)', [account]),
      );
      expect(await books.amounts(account)).toEqual([]);
      return 'done';
    };
    await expect(run('once', 'plain')).resolves.toBe('done');
    expect(await books.amounts('plain')).toEqual([1, 2]);
  });

  it('S9 S4 leaves nothing when it throws, and is tried again', async () => {
    body = async (account, { attempt }) => {
      await book(account);
      if (attempt < 3) throw new Error('not yet');
      return attempt;
    };
    await expect(run('thrice', 'again')).resolves.toBe('3');
    expect(await books.amounts('again')).toEqual([1]);
  });

  it('S9 S4 leaves nothing when it ends in a declared error, and is not tried again', async () => {
    body = async (account) => {
      await book(account);
      throw new Refused('no');
    };
    await expect(run('thrice', 'refused')).rejects.toMatchObject({ code: 'SAGA_FAILED' });
    expect(bodies).toBe(1);
    expect(await books.amounts('refused')).toEqual([]);
  });

  it('S9 runs with the isolation that the step asks for', async () => {
    body = async () => {
      const [row] = await transactionManager().query<Record<string, string>[]>('show transaction_isolation');
      return row!['transaction_isolation'];
    };
    await expect(run('serializable', 'isolation 1')).resolves.toBe('serializable');
    await expect(run('once', 'isolation 2')).resolves.toBe('read committed');
  });

  it('S9 is run again within its one attempt when a serialisation fails', async () => {
    await books.scratch.rows(`insert into $schema.balance values ('shared', 0)`);
    const both = new Gate();
    let readers = 0;
    body = () =>
      increase('shared', () => {
        if (++readers === 2) both.open();
        return readers <= 2 ? both.pass() : undefined;
      });
    const ids = Array.from({ length: 12 }, (_, i) => `storm ${i}`);
    const results = await Promise.all(ids.map((id) => run('serializable', 'shared', id)));
    expect(results.map(Number).sort((a, b) => a - b)).toEqual(ids.map((_, i) => i + 1));
    expect(bodies).toBeGreaterThan(12);
    const histories = await Promise.all(ids.map((id) => running.engine.history(id)));
    const types = histories.flat().flatMap(({ events }) => events.map(({ type }) => type));
    expect(types).not.toContain('StepAttemptFailed');
  });

  it('S9 is run again within its one attempt when it was the victim of a deadlock', async () => {
    await books.scratch.rows(`insert into $schema.balance values ('left', 0), ('right', 0)`);
    const both = new Gate();
    let holders = 0;
    const lift = (account: string): Promise<unknown> =>
      transactionManager().query('update balance set amount = amount + 1 where account = $1', [account]);
    body = async (account) => {
      await lift(account);
      if (++holders === 2) both.open();
      if (holders <= 2) await both.pass();
      await lift(account === 'left' ? 'right' : 'left');
    };
    await Promise.all([run('once', 'left'), run('once', 'right')]);
    expect(bodies).toBe(3);
    expect(await books.scratch.rows(`select amount from $schema.balance where account in ('left', 'right')`)).toEqual([
      { amount: 2 },
      { amount: 2 },
    ]);
  });

  it('S9 fails for good, with words, when it ends its own transaction', async () => {
    body = async () => {
      await transactionManager().queryRunner!.commitTransaction();
      return 'done';
    };
    await expect(run('thrice', 'ended')).rejects.toMatchObject({
      cause: { name: 'StepFailedError', cause: { code: 'TRANSACTION_ENDED' } },
    });
    expect(bodies).toBe(1);
  });

  it('S9 fails for good, with words, when it leaves a transaction open inside its own', async () => {
    body = async (account) => {
      await book(account);
      await transactionManager().queryRunner!.startTransaction();
      return 'done';
    };
    await expect(run('thrice', 'left open')).rejects.toMatchObject({
      cause: { name: 'StepFailedError', cause: { code: 'TRANSACTION_ENDED' } },
    });
    expect(await books.amounts('left open')).toEqual([]);
  });

  it('S9 cannot write when it has ended: what it left behind is refused', async () => {
    let manager = undefined as ReturnType<typeof transactionManager> | undefined;
    body = async () => {
      manager = transactionManager();
      return 'done';
    };
    await run('once', 'over');
    await expect(manager!.query('select 1')).rejects.toThrow(/released/i);
  });

  it('S9 loses its transaction, and the locks with it, when it hangs for longer than its timeout', async () => {
    await books.scratch.rows(`insert into $schema.balance values ('hung', 0)`);
    const hangs = new Gate();
    body = (account, { attempt }) => increase(account, () => (attempt === 1 ? hangs.pass() : undefined));
    await expect(run('hasty', 'hung')).resolves.toBe('1');
    hangs.open();
    expect(await books.scratch.rows(`select amount from $schema.balance where account = 'hung'`)).toEqual([
      { amount: 1 },
    ]);
  });

  it('S9 takes half of the pool at the most, so that the worker can go on', async () => {
    const full = new Gate();
    let inside = 0;
    let most = 0;
    body = async () => {
      most = Math.max(most, ++inside);
      if (inside === 3) await running.engine.describe('busy 0').then(full.open);
      await full.pass();
      inside--;
      return 'done';
    };
    await Promise.all(Array.from({ length: 9 }, (_, i) => run('once', 'busy', `busy ${i}`)));
    expect(most).toBe(3);
  });

  it('S8 S9 says so when it is called outside a saga', async () => {
    await expect(new AccountSaga(book).once('nobody')).rejects.toMatchObject({ code: 'NOT_IN_TRANSACTION' });
  });

  it('S9 S7 has its late commit taken for the outcome of the step', async () => {
    const slow = new Gate();
    let holder = 0;
    body = async (account, { attempt }) => {
      if (holder > 0) {
        await slow.opened;
        throw new Error(`attempt ${holder} is still at it`);
      }
      // The server would end it for being idle while this process stands still.
      await transactionManager().query(`set local idle_in_transaction_session_timeout = '1min'`);
      holder = attempt;
      await book(account);
      await slow.pass();
      return 'late';
    };
    await running.engine.start(definition, { how: 'hasty', account: 'late' }, { id: 'late' });
    const events = async () => (await running.engine.history('late')).flatMap((turn) => turn.events);
    await until(async () =>
      (await events()).some((event) => event.type === 'StepAttemptFailed' && event.attempt === holder),
    );
    slow.open();
    await expect(running.engine.result('late', { definition, timeout: '20s' })).resolves.toBe('late');
    expect(await events()).toContainEqual(expect.objectContaining({ type: 'StepCompleted', attempt: holder }));
    expect(await books.amounts('late')).toEqual([1]);
  });
});

describe('S9 a store without a data source', () => {
  it('S9 has no transactions to give', async () => {
    const { postgres } = await import('reprise/postgres');
    expect(postgres({ url: 'postgres://nobody@127.0.0.1/none' }).transactions).toBeUndefined();
  });
});
