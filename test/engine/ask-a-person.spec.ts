import type { SagaContext } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';

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
});
