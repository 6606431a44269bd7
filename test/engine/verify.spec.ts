import { contract, type Remote } from 'reprise/contracts';
import { didNotHappen, happened, type SagaContext, type Verified } from 'reprise/core';
import { Compensate, Saga, Step, Verify } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { z } from 'zod';
import { Deferred } from './deferred.js';
import { Lab } from './lab.js';

const Bank = contract('bank', {
  transfer: { input: z.object({ to: z.string() }), output: z.string() },
  find: { input: z.object({ to: z.string() }), output: z.object({ receipt: z.string().optional() }) },
});

@Saga({ name: 'rent' })
class RentSaga {
  @Step() async reserve(): Promise<void> {}
  @Compensate('reserve') async release(): Promise<void> {}
  @Step({ retry: { attempts: 2, backoff: '1s', jitter: 0 }, deadline: '1 minute', timeout: '5s', onUnknown: 'verify' })
  async transfer(to: string): Promise<string> {
    return to;
  }
  @Compensate('transfer') async callBack(_receipt: string | undefined, _to: string): Promise<void> {}
  @Verify('transfer', { retry: { attempts: 3, backoff: '1s', jitter: 0 } })
  async find(to: string): Promise<Verified<string>> {
    return happened(to);
  }
  async run(to: string, saga: SagaContext): Promise<string> {
    await this.reserve();
    const receipt = await this.transfer(to);
    await saga.sleep('1s');
    return receipt;
  }
}

@Saga({ name: 'rent.remote' })
class RemoteRentSaga {
  @Step(Bank.transfer, { retry: false, onUnknown: 'verify' }) declare transfer: Remote<typeof Bank.transfer>;
  @Verify('transfer', Bank.find, { retry: { attempts: 3, backoff: '1s' } })
  found({ receipt }: { receipt?: string | undefined }, { to }: { to: string }): Verified<string> {
    return receipt === undefined ? didNotHappen : happened(`${receipt} for ${to}`);
  }
  async run(to: string): Promise<string> {
    return this.transfer({ to }).catch((error: Error & { code: string }) => error.code);
  }
}

const rent = (find: () => Verified<string>) =>
  testSaga(RentSaga)
    .step('reserve', () => undefined)
    .step('callBack', () => undefined)
    .step('release', () => undefined)
    .step('transfer', () => {
      throw new Error('the bank does not answer');
    })
    .step('find', find);

const away = (): never => {
  throw new Error('nobody knows');
};

describe("S6 a step with onUnknown: 'verify'", () => {
  it('is completed with what its verification found', async () => {
    const run = await rent(() => happened('r1')).start('a');
    await run.advance('1 hour');
    await expect(run.result()).resolves.toBe('r1');
    const events = run.history.flatMap(({ events: all }) => all);
    expect(events.find(({ type }) => type === 'StepVerifying')).toMatchObject({ call: 1, attempts: 2 });
    await run.replayEveryPrefix();
  });

  it('C3 fails as one that did not happen, and is not undone', async () => {
    const run = await rent(() => didNotHappen).start('a');
    await run.advance('1 hour');
    expect(run.status).toBe('compensated');
    expect(run.compensated).toEqual(['reserve']);
    const events = run.history.flatMap(({ events: all }) => all);
    expect(events.find(({ type }) => type === 'StepFailed')).toMatchObject({ call: 1, kind: 'absent' });
    await run.replayEveryPrefix();
  });

  it('is looked for again while nobody knows, then put before a person, and looked for once more when resumed', async () => {
    let looks = 0;
    let known = false;
    const run = await rent(() => (looks++, known ? happened('r2') : away())).start('a');
    await run.advance('1 day');
    expect([run.status, looks]).toEqual(['incident', 3]);
    const incident = run.history.flatMap(({ events }) => events).find(({ type }) => type === 'IncidentOpened');
    expect(incident).toMatchObject({ code: 'STEP_OUTCOME_UNKNOWN', call: 1 });
    await run.crash();
    await run.advance('1 hour');
    expect([run.status, looks]).toEqual(['incident', 3]);
    known = true;
    await run.resume('finance');
    await run.advance('1 hour');
    await expect(run.result()).resolves.toBe('r2');
    expect(looks).toBe(4);
  });

  it('takes what is no verdict for no answer', async () => {
    const run = await rent(() => 'yes' as never).start('a');
    await run.advance('1 day');
    expect(run.status).toBe('incident');
  });

  it('C7 C3 is undone when the saga is cancelled meanwhile', async () => {
    const run = await rent(away).start('a');
    await run.advance('1 day');
    await run.cancel('moved out');
    await run.advance('1 hour');
    expect(run.status).toBe('cancelled');
    expect(run.compensated).toEqual(['transfer', 'reserve']);
    await run.replayEveryPrefix();
  });

  it.each<[string, () => Verified<string>, object]>([
    ['happened', () => happened('r1'), { status: 'completed', result: 'r1' }],
    ['did not happen', () => didNotHappen, { status: 'compensated', compensated: ['reserve'] }],
    ['nobody knows', away, { status: 'cancelled', compensated: ['transfer', 'reserve'] }],
  ])('comes to the same end wherever the process dies: %s', async (_what, find, expected) => {
    const { end } = await crashEverywhere(rent(find), 'a', async (run) => {
      await run.advance('1 hour');
      if (run.status === 'incident') await run.cancel('enough');
      await run.advance('1 hour');
    });
    expect(end).toMatchObject(expected);
  });

  it('S3 S7 is verified with its own key, counts looks from 1, and takes a late answer of the step itself', async () => {
    const bank = new Deferred();
    const looks: unknown[] = [];
    const lab = new Lab();
    const keys = new Set<string>();
    await lab.open([RentSaga], {
      bodies: {
        transfer: (_args, { key }) => (keys.add(key), bank.body('transfer')()),
        find: (args, { key, step, attempt }) => (looks.push([...args, keys.has(key), step, attempt]), away()),
      },
    });
    await lab.start(RentSaga, 'a');
    await lab.advance(11_500);
    expect(looks).toEqual([['a', true, 'find', 1]]);
    bank.resolve('transfer', 'late');
    await lab.advance(60_000);
    expect(await lab.result(RentSaga)).toBe('late');
    expect(looks).toHaveLength(1);
    await lab.engine.crash();
  });

  it('S6 is verified when its deadline passes', async () => {
    const lab = new Lab();
    await lab.open([RentSaga], {
      bodies: { transfer: () => new Promise(() => undefined), find: () => happened('r3') },
    });
    await lab.start(RentSaga, 'a');
    await lab.advance(120_000);
    expect(await lab.result(RentSaga)).toBe('r3');
    await lab.engine.crash();
  });
});

describe('S6 a verification by a command', () => {
  const remote = (find: (input: { to: string }) => unknown) =>
    testSaga(RemoteRentSaga)
      .step('transfer', () => {
        throw new Error('the bank does not answer');
      })
      .verification('found', find);

  it('is sent the input of the step, and its answer is mapped', async () => {
    const run = await remote(({ to }) => ({ receipt: `receipt ${to}` })).start('a');
    await expect(run.result()).resolves.toBe('receipt a for a');
    await run.replayEveryPrefix();
  });

  it('says that the step did not happen', async () => {
    const run = await remote(() => ({})).start('a');
    await expect(run.result()).resolves.toBe('STEP_DID_NOT_HAPPEN');
  });

  it('S3 makes each look a request of its own, so that no inbox answers it with what it said before', async () => {
    const keys: string[] = [];
    const lab = new Lab();
    const look = (_args: readonly never[], { key, attempt }: { key: string; attempt: number }): unknown => {
      keys.push(key.replace(/^[^:]*/, 'run'));
      return attempt < 2 ? away() : { receipt: 'r' };
    };
    await lab.open([RemoteRentSaga], { bodies: { transfer: away, found: look } });
    await lab.start(RemoteRentSaga, 'a');
    await lab.advance(10_000);
    expect(await lab.result(RemoteRentSaga)).toBe('r for a');
    expect(keys).toEqual(['run:0:verify:1', 'run:0:verify:2']);
    await lab.engine.crash();
  });
});
