import { Compensate, Saga, Step, type SagaContext } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Deferred } from './deferred.js';
import { Lab, type Body } from './lab.js';

class Declined extends Error {
  override readonly name = 'Declined';
}

interface Calls {
  reserve(): Promise<void>;
  pay(): Promise<void>;
  ship(): Promise<void>;
  saga: SagaContext;
}
let program: (calls: Calls) => Promise<unknown>;

@Saga({ name: 'pivot' })
class Pivot {
  @Step() async reserve(): Promise<void> {}
  @Compensate('reserve') async release(): Promise<void> {}
  @Step({ pivot: true, errors: [Declined], retry: { attempts: 2, backoff: '1s', jitter: 0 } })
  async pay(): Promise<void> {}
  @Step({ errors: [Declined], retry: { attempts: 2, backoff: '1s', jitter: 0 } }) async ship(): Promise<void> {}
  async run(_input: unknown, saga: SagaContext): Promise<unknown> {
    return program({ saga, reserve: () => this.reserve(), pay: () => this.pay(), ship: () => this.ship() });
  }
}

@Saga({ name: 'order' })
class Order {
  @Step() async charge(): Promise<void> {}
  @Compensate('charge') async refund(): Promise<void> {}
  async run(_input: unknown, saga: SagaContext): Promise<void> {
    await this.charge();
    await saga.child(Pivot, undefined);
    throw new Error('too late');
  }
}

async function begin(next: (calls: Calls) => Promise<unknown>, bodies: Record<string, Body> = {}) {
  program = next;
  const lab = new Lab();
  let released = 0;
  const all = { release: () => void released++, ...bodies };
  await lab.open([Pivot], { bodies: all });
  await lab.start(Pivot);
  return { lab, bodies: all, released: () => released };
}

const forward = async ({ reserve, pay, ship }: Calls): Promise<string> => {
  await reserve();
  await pay();
  await ship();
  return 'shipped';
};
const declined = (): never => {
  throw new Declined('no');
};

describe('C5 a pivot', () => {
  it('leaves the way back open while it has not completed', async () => {
    const { lab, released } = await begin(forward, { pay: declined });
    expect(released()).toBe(1);
    await expect(lab.result(Pivot)).rejects.toThrow('no');
  });

  it('is put before a person when nobody knows what became of it, and when it ends in a fatal error', async () => {
    let body: () => unknown = () => Promise.reject(new Error('down'));
    const { lab, released } = await begin(forward, { pay: () => body() });
    await lab.advance(60_000);
    expect(await lab.incident()).toMatch(/STEP_OUTCOME_UNKNOWN.*"pay"/);
    body = () => () => undefined;
    await lab.engine.resume('one', 'ann');
    await lab.calm();
    expect(await lab.incident()).toMatch(/STEP_OUTCOME_UNKNOWN.*"pay"/);
    body = () => undefined;
    await lab.engine.resume('one', 'ann');
    await lab.calm();
    await expect(lab.result(Pivot)).resolves.toBe('shipped');
    expect(released()).toBe(0);
  });

  it('makes steps after it ask a person instead of ending unknown', async () => {
    let away = true;
    const { lab, released } = await begin(forward, {
      ship: () => (away ? Promise.reject(new Error('no van')) : undefined),
    });
    await lab.advance(60_000);
    expect(await lab.incident()).toMatch(/STEP_OUTCOME_UNKNOWN.*"ship".*no van/);
    expect(await lab.eventsOf('StepOutcomeUnknown')).toEqual([]);
    away = false;
    await lab.engine.resume('one', 'ann');
    await lab.calm();
    await expect(lab.result(Pivot)).resolves.toBe('shipped');
    expect(released()).toBe(0);
  });

  it('parks an instance whose run() ends in an error, undoes nothing, and a deploy of mended code goes on', async () => {
    const { lab, bodies, released } = await begin(forward, { ship: declined });
    expect(await lab.incident()).toMatch(/^FAILED_AFTER_PIVOT.*no/);
    await lab.engine.resume('one', 'too early');
    await lab.calm();
    expect(await lab.incident()).toMatch('FAILED_AFTER_PIVOT');
    program = async ({ reserve, pay, ship }) => {
      await reserve();
      await pay();
      return ship().catch(() => 'sent a letter');
    };
    await lab.open([Pivot], { bodies });
    await lab.calm();
    await expect(lab.result(Pivot)).resolves.toBe('sent a letter');
    expect(released()).toBe(0);
  });

  it('is waited for when run() fails beside it: only then it is known which way to go', async () => {
    const pay = new Deferred();
    const beside = async ({ reserve, pay, ship }: Calls): Promise<void> => {
      await reserve();
      await Promise.all([pay(), ship()]);
    };
    for (const completes of [true, false]) {
      const { lab, released } = await begin(beside, { pay: pay.body('pay'), ship: declined });
      expect([await lab.status(), released()]).toEqual(['running', 0]);
      if (completes) pay.resolve('pay');
      else pay.reject('pay', new Declined('no'));
      await lab.calm();
      expect([await lab.status(), released()]).toEqual(completes ? ['incident', 0] : ['compensated', 1]);
    }
  });

  it('C7 is not turned back by a cancellation, under way or completed', async () => {
    const steps = new Deferred();
    const { lab, released } = await begin(forward, { pay: steps.body('pay'), ship: steps.body('ship') });
    for (const name of ['pay', 'ship']) {
      await lab.engine.cancel('one', 'changed my mind');
      await lab.calm();
      steps.resolve(name);
      await lab.calm();
    }
    await expect(lab.result(Pivot)).resolves.toBe('shipped');
    expect(await lab.eventsOf('CancelRequested')).toEqual([]);
    expect(lab.warnings.filter((text) => text.includes('pivot'))).toHaveLength(2);
    expect(released()).toBe(0);
  });

  it('C7 refuses an operator who cancels after it', async () => {
    const steps = new Deferred();
    const { lab } = await begin(forward, { ship: steps.body('ship') });
    const cancelled = lab.engine.control.cancel('one', { by: 'ann', reason: 'changed my mind' });
    cancelled.catch(() => undefined);
    await lab.calm();
    await expect(cancelled).rejects.toMatchObject({ code: 'OPERATION_REFUSED', message: /pivot/ });
    steps.resolve('ship');
    await lab.calm();
    await expect(lab.result(Pivot)).resolves.toBe('shipped');
  });

  it('C6 keeps a child from being undone: its parent asks a person, also when it asks again', async () => {
    program = forward;
    const undone: string[] = [];
    const lab = new Lab();
    await lab.open([Order, Pivot], {
      bodies: { release: () => void undone.push('release'), refund: () => void undone.push('refund') },
    });
    await lab.start(Order);
    await lab.advance(1_000);
    for (let asked = 0; asked < 2; asked++) {
      expect(await lab.incident()).toMatch(/^COMPENSATION_GAVE_UP.*"one\/1" cannot be undone: it has passed its pivot/);
      expect(await lab.status('one/1')).toBe('completed');
      await lab.engine.resume('one', 'ann');
      await lab.advance(1_000);
    }
    const [undo] = (await lab.eventsOf('StepScheduled')).filter(({ undoes }) => undoes === 1);
    const skipped = lab.engine.control.skipCompensation('one', undo!.call, { by: 'ann', reason: 'it is shipped' });
    await lab.advance(1_000);
    await skipped;
    await expect(lab.result(Order)).rejects.toThrow('too late');
    expect(undone).toEqual(['refund']);
    await expect(lab.result(Pivot, 'one/1')).resolves.toBe('shipped');
  });

  it('refuses saga.compensate() after it', async () => {
    const { lab, released } = await begin(async ({ reserve, pay, saga }) => {
      await reserve();
      await pay();
      return saga.compensate().catch((error: unknown) => (error as { code: string }).code);
    });
    await expect(lab.result(Pivot)).resolves.toBe('PIVOT_PASSED');
    expect(released()).toBe(0);
  });

  it('comes to the same end wherever the process dies', async () => {
    program = forward;
    let away = true;
    const test = testSaga(Pivot)
      .step('reserve', () => undefined)
      .step('pay', () => undefined)
      .step('ship', () => (away ? Promise.reject(new Error('no van')) : undefined));
    const { end } = await crashEverywhere(test, undefined, async (run) => {
      await run.advance('1 minute');
      away = false;
      await run.resume('ann');
      await run.advance('1 minute');
      away = true;
    });
    expect(end).toMatchObject({ status: 'completed', result: 'shipped', compensated: [] });
  });
});
