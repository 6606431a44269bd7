import type { SagaContext } from 'reprise/core';
import { Compensate, Saga, Signal, Step, type SagaClass } from 'reprise/decorators';
import { Lab, refused, type Body } from './lab.js';

const ANNA = { by: 'anna', reason: 'ticket 7' };
const ASKS = { retry: { attempts: 1 }, onUnknown: 'incident' } as const;

@Saga({ name: 'trip' })
class TripSaga {
  private told = '';
  @Step({ retry: { attempts: 1 } }) async hotel(): Promise<string> {
    return 'room';
  }
  @Compensate('hotel', { retry: { attempts: 1 } }) async cancelHotel(_room?: string): Promise<void> {}
  @Step(ASKS) async flight(): Promise<string> {
    return 'seat';
  }
  @Compensate('flight') async cancelFlight(_seat?: string): Promise<void> {}
  @Signal() tell(word: string): void {
    this.told = word;
  }
  async run(fails: boolean, saga: SagaContext): Promise<string> {
    const room = await this.hotel();
    const seat = await this.flight();
    await saga.sleep('1 hour');
    if (fails) throw new Error('the trip is off');
    return `${room} ${seat}${this.told}`;
  }
}

@Saga({ name: 'patient' })
class PatientSaga {
  @Step({ retry: { attempts: 5, backoff: '1 day', jitter: 0 } }) async ask(): Promise<string> {
    return 'yes';
  }
  async run(): Promise<string> {
    return this.ask();
  }
}

@Saga({ name: 'patient' })
class ForeignSaga {
  @Step() async ask(): Promise<string> {
    return 'yes';
  }
  async run(): Promise<string> {
    await this.ask();
    await new Promise((resolve) => setImmediate(resolve));
    return 'never';
  }
}

const down = (): never => {
  throw new Error('down');
};
/** An attempt that never answers. */
const hangs = (): Promise<never> => new Promise(() => undefined);

describe('an operator', () => {
  let lab: Lab;
  let flight: Body;
  let cancelHotel: Body;
  let ask: Body;
  const undone: string[] = [];
  const bodies: Record<string, Body> = {
    hotel: () => 'room',
    flight: (...all) => flight(...all),
    cancelHotel: (...all) => cancelHotel(...all),
    cancelFlight: () => void undone.push('flight'),
    ask: (...all) => ask(...all),
  };
  const open = (...classes: SagaClass[]): Promise<unknown> =>
    lab.open(classes.length > 0 ? classes : [TripSaga, PatientSaga], { bodies });

  beforeEach(() => {
    lab = new Lab();
    undone.length = 0;
    flight = down;
    cancelHotel = () => void undone.push('hotel');
    ask = down;
  });

  const done = <T>(action: Promise<T>): Promise<T> => lab.done(action);
  const types = async (id?: string): Promise<string[]> => (await lab.events(id)).map(({ type }) => type);

  async function parked(fails = false): Promise<void> {
    await open();
    await lab.start(TripSaga, fails);
    expect(await lab.status()).toBe('incident');
  }

  it('S6 lets one call that waits for a person be tried again, with who and why in the history', async () => {
    await parked();
    flight = () => 'seat';
    await done(lab.engine.control.retry('one', { ...ANNA, call: 1 }));
    await lab.advance(3_600_000);
    expect(await lab.result(TripSaga)).toBe('room seat');
    expect(await lab.eventsOf('OperatorActed')).toEqual([
      { type: 'OperatorActed', action: 'retry', by: 'anna', reason: 'ticket 7', call: 1 },
    ]);
  });

  it('S5 makes a retry due now that would be due tomorrow, also after a restart', async () => {
    await open();
    await lab.start(PatientSaga);
    await lab.advance(60_000);
    ask = hangs;
    await done(lab.engine.control.retry('one', ANNA));
    ask = () => 'yes';
    await open();
    await lab.calm();
    expect(await lab.result(PatientSaga)).toBe('yes');
  });

  it('S6 completes a step with a result, and resolves its incident', async () => {
    await parked();
    await done(lab.engine.control.complete('one', 1, 'by phone', ANNA));
    expect(await lab.status()).toBe('running');
    await lab.advance(3_600_000);
    expect(await lab.result(TripSaga)).toBe('room by phone');
  });

  it('C3 fails a step, which is undone because its effect is not certain', async () => {
    await parked();
    await done(lab.engine.control.fail('one', 1, new RangeError('no seats'), ANNA));
    await expect(lab.result(TripSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(undone).toEqual(['flight', 'hotel']);
  });

  it('C3 says that a step did not happen, which is then not undone', async () => {
    await parked();
    await done(lab.engine.control.didNotHappen('one', 1, ANNA));
    await expect(lab.result(TripSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(undone).toEqual(['hotel']);
  });

  it('C4 skips a compensation that cannot be done, for good', async () => {
    cancelHotel = down;
    await parked();
    await done(lab.engine.control.didNotHappen('one', 1, ANNA));
    await lab.advance(60_000);
    expect(await lab.incident()).toContain('COMPENSATION_GAVE_UP');
    await expect(done(lab.engine.control.fail('one', 2, new Error('x'), ANNA))).rejects.toMatchObject(
      refused('cannot fail'),
    );
    await expect(done(lab.engine.control.skipCompensation('one', 0, ANNA))).rejects.toMatchObject(
      refused('not a compensation'),
    );
    await done(lab.engine.control.skipCompensation('one', 2, ANNA));
    await expect(lab.result(TripSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(await types()).toEqual(expect.arrayContaining(['OperatorActed', 'StepSkipped', 'SagaCompensated']));
  });

  it('C4 completes a compensation that was done by hand', async () => {
    cancelHotel = down;
    await parked();
    await done(lab.engine.control.didNotHappen('one', 1, ANNA));
    await lab.advance(60_000);
    await done(lab.engine.control.complete('one', 2, undefined, ANNA));
    await expect(lab.result(TripSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
  });

  it('C7 terminates at once, undoes nothing, and says what is left standing', async () => {
    await parked();
    await done(lab.engine.control.terminate('one', ANNA));
    await expect(lab.result(TripSaga)).rejects.toMatchObject({ code: 'SAGA_TERMINATED' });
    expect(await lab.eventsOf('SagaTerminated')).toEqual([
      {
        type: 'SagaTerminated',
        reason: 'ticket 7',
        standing: [
          { call: 0, step: 'hotel', state: 'completed' },
          { call: 1, step: 'flight', state: 'retrying' },
        ],
      },
    ]);
    expect(undone).toEqual([]);
    expect(lab.engine.resident).toBe(0);
  });

  it('C7 terminates also where the code is parked', async () => {
    ask = () => 'yes';
    await open(ForeignSaga);
    await lab.start(ForeignSaga);
    expect(await lab.incident()).toContain('AWAITS_FOREIGN_PROMISE');
    await done(lab.engine.control.terminate('one', ANNA));
    expect(await lab.status()).toBe('terminated');
    await expect(done(lab.engine.result('one'))).rejects.toMatchObject({ code: 'SAGA_TERMINATED' });
  });

  it('D7 completes a step of an instance whose code is parked; mended code gets the result', async () => {
    await open(ForeignSaga);
    ask = hangs;
    await lab.start(ForeignSaga);
    await done(lab.engine.control.complete('one', 0, 'told', ANNA));
    expect(await lab.incident()).toContain('AWAITS_FOREIGN_PROMISE');
    await open(PatientSaga);
    await lab.calm();
    expect(await lab.result(PatientSaga)).toBe('told');
  });

  it('C7 cancels by name', async () => {
    flight = () => 'seat';
    await open();
    await lab.start(TripSaga, false);
    await done(lab.engine.control.cancel('one', ANNA));
    expect(await lab.status()).toBe('cancelled');
    expect(undone).toEqual(['flight', 'hotel']);
    expect(await types()).toEqual(expect.arrayContaining(['OperatorActed', 'CancelRequested']));
  });

  it('M4 pauses: timers do not fire and messages are taken in, over a restart, until it is resumed', async () => {
    flight = () => 'seat';
    await open();
    await lab.start(TripSaga, false);
    await done(lab.engine.control.pause('one', ANNA));
    expect(await lab.status()).toBe('paused');
    await open();
    await lab.advance(24 * 3_600_000);
    await lab.engine.signal('one', 'tell', ['!']);
    await lab.advance(24 * 3_600_000);
    expect(await lab.status()).toBe('paused');
    expect(await lab.eventsOf('SignalReceived')).toHaveLength(1);
    await expect(done(lab.engine.control.pause('one', ANNA))).rejects.toMatchObject(refused('already'));
    await done(lab.engine.control.resume('one', ANNA));
    expect(await lab.result(TripSaga)).toBe('room seat!');
  });

  it('S1 begins no attempt while it is paused, and takes in the answer of one under way', async () => {
    let answer!: (seat: string) => void;
    let attempts = 0;
    flight = () => (attempts++, new Promise((resolve) => (answer = resolve)));
    bodies['hotel'] = () => new Promise((resolve) => (answer = resolve));
    await open();
    await lab.start(TripSaga, false);
    await done(lab.engine.control.pause('one', ANNA));
    answer('room');
    await lab.calm();
    expect([await lab.status(), attempts]).toEqual(['paused', 0]);
    expect(await lab.eventsOf('StepScheduled')).toHaveLength(2);
    await expect(done(lab.engine.control.retry('one', ANNA))).rejects.toMatchObject(refused('Resume it first'));
    await done(lab.engine.control.resume('one', ANNA));
    expect(attempts).toBe(1);
    answer('seat');
    await lab.advance(3_600_000);
    expect(await lab.result(TripSaga)).toBe('room seat');
    bodies['hotel'] = () => 'room';
  });

  it('is refused what cannot be, and the history knows nothing of it', async () => {
    await parked();
    const { control } = lab.engine;
    const before = await lab.events();
    const attempts: [Promise<void>, string][] = [
      [control.retry('one', { ...ANNA, call: 0 }), 'is completed'],
      [control.complete('one', 0, 'again', ANNA), 'is completed'],
      [control.complete('one', 9, 'x', ANNA), 'no step with the call 9'],
      [control.resume('one', ANNA), 'not paused'],
      [control.terminate('one', { by: '', reason: 'x' }), 'needs "by"'],
    ];
    for (const [attempt, because] of attempts) await expect(done(attempt)).rejects.toMatchObject(refused(because));
    expect(await lab.events()).toEqual(before);
    await expect(control.retry('nobody', ANNA)).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    await done(control.terminate('one', ANNA));
    await expect(control.retry('one', ANNA)).rejects.toMatchObject(refused('is terminated'));
    expect(lab.store.orphans).toEqual([]);
  });

  it('is told when no worker takes it', async () => {
    await parked();
    await lab.open([], {});
    const told = lab.engine.control.terminate('one', { ...ANNA, timeout: '1s' });
    told.catch(() => undefined);
    await lab.advance(2_000);
    await expect(told).rejects.toMatchObject({ code: 'OPERATION_NOT_CONFIRMED' });
  });

  it('does the same to all that a query finds, after a dry run that counts', async () => {
    await open();
    for (const id of ['a', 'b', 'c']) await lab.start(TripSaga, false, id);
    await done(lab.engine.control.pause('b', ANNA));
    const { control } = lab.engine;
    const dry = await control.bulk({ saga: 'trip' }, 'retry', { ...ANNA, dryRun: true });
    expect(dry).toEqual({ found: 3, done: 0, failed: 0, outcomes: [], stopped: false });
    const progress: number[] = [];
    const onProgress = ({ done: some }: { done: number }): void => void progress.push(some);
    flight = () => 'seat';
    const report = await done(control.bulk({ saga: 'trip' }, 'retry', { ...ANNA, onProgress }));
    expect(report).toMatchObject({ found: 3, done: 2, failed: 1, stopped: false });
    expect(report.outcomes).toEqual(
      expect.arrayContaining([
        { id: 'a', outcome: 'done' },
        { id: 'b', outcome: 'failed', code: 'OPERATION_REFUSED', message: expect.any(String) },
        { id: 'c', outcome: 'done' },
      ]),
    );
    expect(progress).toEqual([2]);
    const stopped = await control.bulk({ saga: 'trip' }, 'terminate', { ...ANNA, signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ done: 0, stopped: true });
    expect(await lab.status('a')).toBe('running');
  });

  const ends = [
    ['complete', () => lab.engine.control.complete('one', 1, 'by phone', ANNA), 'completed'],
    ['didNotHappen', () => lab.engine.control.didNotHappen('one', 1, ANNA), 'compensated'],
    ['fail', () => lab.engine.control.fail('one', 1, new Error('no'), ANNA), 'compensated'],
    ['terminate', () => lab.engine.control.terminate('one', ANNA), 'terminated'],
    ['cancel', () => lab.engine.control.cancel('one', ANNA), 'cancelled'],
  ] as const;
  it.each(ends)('W3 %s is done once, wherever the process dies', async (action, act, end) => {
    for (let at = 1; ; at++) {
      lab = new Lab();
      await parked();
      let passed = 0;
      const pass = (method: string): void | Promise<void> =>
        method === 'append' && ++passed === at ? new Promise(() => undefined) : undefined;
      lab.store.before = pass;
      lab.store.after = pass;
      void act().catch(() => undefined);
      await lab.calm();
      lab.store.before = lab.store.after = () => undefined;
      await open();
      await lab.advance(2 * 3_600_000);
      expect({ at, status: await lab.status() }).toEqual({ at, status: end });
      await lab.result(TripSaga).catch(() => undefined);
      expect((await lab.eventsOf('OperatorActed')).map((acted) => acted.action)).toEqual([action]);
      if (passed < at) break;
      expect(at).toBeLessThan(50);
    }
  });
});
