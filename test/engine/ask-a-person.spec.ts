import type { SagaContext } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Deferred } from './deferred.js';
import { Lab } from './lab.js';

/** Pays a supplier: nobody may guess whether a transfer went through. */
@Saga({ name: 'supplier.pay' })
class PaySupplierSaga {
  @Step() async reserve(_account: string): Promise<void> {}
  @Compensate('reserve') async release(): Promise<void> {}
  @Step({ retry: { attempts: 2, backoff: '1s' }, deadline: '1 minute', onUnknown: 'incident' })
  async transfer(account: string): Promise<string> {
    return account;
  }
  @Compensate('transfer') async callBack(_receipt: string | undefined, _account: string): Promise<void> {}

  async run(accounts: string[], saga: SagaContext): Promise<string[]> {
    await this.reserve(accounts[0]!);
    const paid = await Promise.all(accounts.map((account) => this.transfer(account)));
    await saga.sleep('1s');
    return paid;
  }
}

@Saga({ name: 'supplier.two' })
class TwoTransfersSaga {
  @Step({ timeout: '1s', retry: false, onUnknown: 'incident' })
  async transfer(account: string): Promise<string> {
    return account;
  }

  run(): Promise<string[]> {
    return Promise.all([this.transfer('a'), this.transfer('b')]);
  }
}

const pay = (away: () => boolean) =>
  testSaga(PaySupplierSaga)
    .step('reserve', () => undefined)
    .step('transfer', (account) => {
      if (away() && account !== 'fine') throw new Error('the bank does not answer');
      return `paid ${account}`;
    });

describe("S6 a step with onUnknown: 'incident'", () => {
  it('is put before a person when its attempts are used up, and goes on when they resume it', async () => {
    let away = true;
    const run = await pay(() => away).start(['a']);
    await run.advance('1 day');
    expect(run.status).toBe('incident');
    const incident = run.history.flatMap(({ events }) => events).find(({ type }) => type === 'IncidentOpened');
    expect(incident).toMatchObject({
      code: 'STEP_OUTCOME_UNKNOWN',
      message: expect.stringMatching(/"transfer".*after attempt 2: the bank does not answer\..*resume/),
    });
    away = false;
    await run.resume('finance');
    await run.advance('1 minute');
    await expect(run.result()).resolves.toEqual(['paid a']);
  });

  it('is put before them again when it fails again, long past its deadline', async () => {
    const run = await pay(() => true).start(['a']);
    for (const expected of [1, 2, 3]) {
      await run.advance('1 hour');
      const opened = run.history.flatMap(({ events }) => events).filter(({ type }) => type === 'IncidentOpened');
      expect([opened.length, run.status]).toEqual([expected, 'incident']);
      await run.resume('finance');
    }
  });

  it('holds up nobody else: parallel steps go on, and all that wait are resumed together, also after a crash', async () => {
    let away = true;
    const run = await pay(() => away).start(['a', 'fine', 'b']);
    await run.advance('1 hour');
    await run.crash();
    await run.advance('1 hour');
    expect(run.status).toBe('incident');
    away = false;
    await run.resume('finance');
    await run.advance('1 minute');
    await expect(run.result()).resolves.toEqual(['paid a', 'paid fine', 'paid b']);
  });

  it('C7 C3 can be cancelled meanwhile: its outcome is unknown then, and it is undone', async () => {
    const run = await pay(() => true).start(['a']);
    await run.advance('1 hour');
    await run.cancel('closed the account');
    await run.advance('1 hour');
    expect(run.status).toBe('cancelled');
    expect(run.compensated).toEqual(['transfer', 'reserve']);
    await run.replayEveryPrefix();
  });

  it('comes to the same end wherever the process dies', async () => {
    const { end } = await crashEverywhere(
      testSaga(PaySupplierSaga)
        .step('reserve', () => undefined)
        .step('transfer', (account) => {
          throw new Error(`${account} does not answer`);
        }),
      ['a', 'b'],
      async (run) => {
        await run.advance('1 hour');
        await run.resume('finance');
        await run.advance('1 hour');
        await run.cancel('enough');
        await run.advance('1 hour');
      },
    );
    expect(end).toMatchObject({ status: 'cancelled', compensated: ['transfer', 'transfer', 'reserve'] });
  });

  it('S7 stays before a person when another that waited for them answers after all', async () => {
    const bank = new Deferred();
    const lab = new Lab();
    await lab.open([TwoTransfersSaga], { bodies: { transfer: bank.byArgument } });
    await lab.start(TwoTransfersSaga);
    await lab.advance(5_000);
    expect(await lab.incident()).toMatch('(call 0)');
    bank.resolve('b', 'late');
    await lab.calm();
    expect(await lab.incident()).toMatch('(call 0)');
    await lab.engine.resume('one', 'finance');
    await lab.advance(100);
    expect(bank.names).toEqual(['a', 'a']);
    bank.resolve('a', 'early');
    await lab.calm();
    await expect(lab.result(TwoTransfersSaga)).resolves.toEqual(['early', 'late']);
    await lab.engine.crash();
  });

  it('S7 names the one that is left when the first answers after all', async () => {
    const bank = new Deferred();
    const lab = new Lab();
    await lab.open([TwoTransfersSaga], { bodies: { transfer: bank.byArgument } });
    await lab.start(TwoTransfersSaga);
    await lab.advance(5_000);
    bank.resolve('a', 'late');
    await lab.calm();
    expect(await lab.incident()).toMatch('(call 1)');
    bank.resolve('b', 'later');
    await lab.calm();
    expect(await lab.status()).toBe('completed');
    await lab.engine.crash();
  });
});
