import type { SagaContext, StepInvocation } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { currentStep, SagaQueries } from 'reprise/runtime';
import { Lab, refused, type Body } from './lab.js';

const ANNA = { by: 'anna', reason: 'ticket 7' };
const LOOKED = { ...ANNA, happened: false } as const;

@Saga({ name: 'payout' })
class PayoutSaga {
  @Step({ retry: { attempts: 2, backoff: '1 minute', jitter: 0 }, deadline: '5 minutes', onUnknown: 'incident' })
  async pay(_account: string, _amount: number): Promise<string> {
    return 'paid';
  }
  @Compensate('pay', { retry: { attempts: 1 } }) async takeBack(_receipt?: string, _account?: string): Promise<void> {}
  @Step({ transactional: true, retry: { attempts: 1 }, onUnknown: 'incident' })
  async book(_account: string): Promise<string> {
    return 'booked';
  }
  @Compensate('book', { transactional: true }) async unbook(_booking?: string, _account?: string): Promise<void> {}
  async run(fails: boolean, saga: SagaContext): Promise<string> {
    const receipt = await this.pay('old', 5);
    const booking = await this.book('ledger');
    if (fails) throw new Error('no');
    return `${receipt} ${booking} ${saga.uuid()}`;
  }
}

const down = (): never => {
  throw new Error('down');
};

describe('an operator who edits the input of a step', () => {
  let lab: Lab;
  let pay: Body;
  let takeBack: Body;
  let book: Body;
  let log: string[];
  const bodies: Record<string, Body> = {
    pay: (...all) => pay(...all),
    takeBack: (...all) => takeBack(...all),
    book: (...all) => book(...all),
    unbook: (args, { key, undoes }) => void log.push(`unbook ${args.join()} ${tail(key)} of ${tail(undoes!)}`),
  };
  const tail = (key: string): string => key.slice(key.indexOf(':'));
  const written =
    (what: string): Body =>
    (args, { key, attempt, undoes }: StepInvocation) => {
      log.push(`${what} ${args.join()} ${tail(key)} #${attempt}${undoes ? ` of ${tail(undoes)}` : ''}`);
      return what;
    };
  const open = (): Promise<unknown> => lab.open([PayoutSaga], { bodies });

  beforeEach(() => {
    lab = new Lab();
    log = [];
    pay = down;
    book = written('book');
    takeBack = written('takeBack');
  });

  const done = <T>(action: Promise<T>): Promise<T> => lab.done(action);
  async function parked(fails = false): Promise<void> {
    await open();
    await lab.start(PayoutSaga, fails);
    await lab.advance(60_000);
    expect(await lab.status()).toBe('incident');
  }

  it('D5 sends the new input under a key of its own, and replay goes by what the code asked for', async () => {
    await parked();
    pay = written('pay');
    await done(lab.engine.control.editInput('one', 0, ['new', 7], LOOKED));
    expect(log).toEqual(['pay new,7 :0:edit-1 #1', 'book ledger :1 #1']);
    expect(await lab.result(PayoutSaga)).toMatch(/^pay book /);
    expect(await lab.eventsOf('StepScheduled')).toMatchObject([{ input: ['old', 5] }, {}]);
    expect((await lab.events()).slice(5, 7)).toEqual([
      { type: 'OperatorActed', action: 'editInput', call: 0, ...ANNA },
      { type: 'StepInputEdited', call: 0, input: ['new', 7] },
    ]);
  });

  it('C1 gives the compensation the input that was sent, also after a restart', async () => {
    await parked(true);
    pay = written('pay');
    await done(lab.engine.control.editInput('one', 0, ['new', 7], LOOKED));
    await expect(lab.result(PayoutSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(log).toEqual([
      'pay new,7 :0:edit-1 #1',
      'book ledger :1 #1',
      'unbook book,ledger :2 of :1',
      'takeBack pay,new,7 :3 #1 of :0:edit-1',
    ]);
  });

  it('S5 counts attempts and time anew', async () => {
    await parked();
    await lab.advance(3_600_000);
    await done(lab.engine.control.editInput('one', 0, ['new', 7], LOOKED));
    expect(await lab.status()).toBe('running');
    pay = written('pay');
    await open();
    await lab.advance(60_000);
    expect(log[0]).toBe('pay new,7 :0:edit-1 #2');
    await lab.result(PayoutSaga);
  });

  it('S3 refuses while nobody says that the old request had no effect', async () => {
    await parked();
    const before = await lab.events();
    await expect(done(lab.engine.control.editInput('one', 0, ['new', 7], ANNA))).rejects.toMatchObject(
      refused('Nobody knows whether an attempt of Step "pay" (call 0) had an effect'),
    );
    expect(await lab.events()).toEqual(before);
  });

  it('S9 asks the database about a transactional step: what has committed is not done again with another input', async () => {
    pay = written('pay');
    book = down;
    await parked();
    const { key } = await lab.engine.describe('one');
    await lab.store.transactions.settle({ key, call: 1 }, { outcome: 'completed', result: 'booked before' });
    await expect(done(lab.engine.control.editInput('one', 1, ['other'], ANNA))).rejects.toMatchObject(
      refused('has ended otherwise'),
    );
    await done(lab.engine.control.retry('one', ANNA));
    expect(await lab.result(PayoutSaga)).toMatch('booked before');
  });

  it('S9 lets no attempt with the old input commit any more, and undoes with the new one', async () => {
    pay = written('pay');
    book = down;
    await parked(true);
    book = written('book');
    await done(lab.engine.control.editInput('one', 1, ['other'], ANNA));
    const { key } = await lab.engine.describe('one');
    expect(await lab.store.transactions.find({ key, call: 1 })).toEqual({ outcome: 'undone' });
    await expect(lab.result(PayoutSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(log.slice(1, 3)).toEqual(['book other :1:edit-1 #1', 'unbook book,other :2 of :1:edit-1']);
  });

  it('S7 keeps a late answer to the old input apart from the new one', async () => {
    let answer!: (receipt: string) => void;
    await open();
    await lab.start(PayoutSaga, false);
    pay = () => new Promise((resolve) => (answer = resolve));
    await lab.advance(59_000);
    await done(lab.engine.control.retry('one', { ...ANNA, call: 0 }));
    pay = () => new Promise(() => undefined);
    await done(lab.engine.control.editInput('one', 0, ['new', 7], LOOKED));
    answer('an old receipt');
    await lab.calm();
    expect(await lab.eventsOf('StepCompleted')).toEqual([]);
    expect(lab.store.orphans).toMatchObject([{ reason: 'edited-input', call: 0, payload: 'an old receipt' }]);
    await done(lab.engine.control.complete('one', 0, 'by hand', ANNA));
    expect(await lab.result(PayoutSaga)).toMatch(/^by hand/);
  });

  it('S7 takes no word of the old input by a token that was handed out with it', async () => {
    const tokens: string[] = [];
    pay = () => {
      tokens.push(currentStep()!.token);
      return down();
    };
    await parked();
    await done(lab.engine.control.editInput('one', 0, ['new', 7], LOOKED));
    expect(tokens[2]).not.toBe(tokens[0]);
    await done(lab.engine.completions.complete(tokens[0]!, 'old'));
    expect(await lab.eventsOf('StepCompleted')).toEqual([]);
    await done(lab.engine.completions.complete(tokens[2]!, 'new'));
    expect(await lab.result(PayoutSaga)).toMatch(/^new/);
  });

  it('S5 tells the new request nothing of how far the old one came, also when the process dies in between', async () => {
    const last: unknown[] = [];
    const beats: Body = ([account]) => {
      const step = currentStep()!;
      last.push(step.lastHeartbeat);
      step.heartbeat(`half of ${account}`);
      return down();
    };
    pay = beats;
    await parked();
    expect(last).toEqual([undefined, 'half of old']);
    lab.store.after = (method) => (method === 'append' ? new Promise(() => undefined) : undefined);
    void lab.engine.control.editInput('one', 0, ['new', 7], LOOKED).catch(() => undefined);
    await lab.calm();
    lab.store.after = () => undefined;
    await open();
    await lab.advance(60_000);
    expect(await lab.eventsOf('StepInputEdited')).toHaveLength(1);
    expect(last.slice(2)).toEqual([undefined, 'half of new']);
    const { key } = await lab.engine.describe('one');
    const told = (await new SagaQueries(lab.store).progress('one')).map(({ call, details }) => [call, details]);
    expect(told).toEqual([[0, 'half of new']]);
    expect(await lab.store.progress.read([key])).toHaveLength(2);
  });

  it('C4 edits the input of a compensation that gave up', async () => {
    pay = written('pay');
    takeBack = down;
    await open();
    await lab.start(PayoutSaga, true);
    expect(await lab.incident()).toContain('COMPENSATION_GAVE_UP');
    takeBack = written('takeBack');
    await done(lab.engine.control.editInput('one', 3, ['pay', 'right account'], LOOKED));
    await expect(lab.result(PayoutSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(log.at(-1)).toBe('takeBack pay,right account :3:edit-1 #1 of :0');
  });

  it('is refused what cannot be edited, in words', async () => {
    let answer!: (receipt: string) => void;
    pay = () => new Promise((resolve) => (answer = resolve));
    await open();
    await lab.start(PayoutSaga, false);
    const { control } = lab.engine;
    await expect(done(control.editInput('one', 0, [], LOOKED))).rejects.toMatchObject(refused('first attempt of'));
    book = down;
    answer('paid');
    await lab.calm();
    const attempts: [Promise<void>, string][] = [
      [control.editInput('one', 0, [], LOOKED), 'is completed'],
      [control.editInput('one', 9, [], LOOKED), 'no step with the call 9'],
      [control.editInput('one', 1, 'text' as never, LOOKED), 'list of the arguments'],
    ];
    for (const [attempt, because] of attempts) await expect(done(attempt)).rejects.toMatchObject(refused(because));
    await expect(control.editInput('one', 1, [() => 1], LOOKED)).rejects.toMatchObject({ code: 'NOT_SERIALISABLE' });
  });

  it('W3 is done once, wherever the process dies', async () => {
    for (let at = 1; ; at++) {
      lab = new Lab();
      log = [];
      pay = down;
      await parked(true);
      pay = written('pay');
      let passed = 0;
      const pass = (method: string): void | Promise<void> =>
        method === 'append' && ++passed === at ? new Promise(() => undefined) : undefined;
      lab.store.before = pass;
      lab.store.after = pass;
      void lab.engine.control.editInput('one', 0, ['new', 7], LOOKED).catch(() => undefined);
      await lab.calm();
      lab.store.before = lab.store.after = () => undefined;
      await open();
      await lab.advance(3_600_000);
      await expect(lab.result(PayoutSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
      expect(await lab.eventsOf('StepInputEdited')).toHaveLength(1);
      expect(new Set(log.filter((line) => line.startsWith('pay')))).toEqual(new Set(['pay new,7 :0:edit-1 #1']));
      if (passed < at) break;
      expect(at).toBeLessThan(50);
    }
  });
});
