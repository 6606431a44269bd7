import type { HistoryEventType, StepInvocation } from 'reprise/core';
import { Compensate, Saga, sagaDefinition, Signal, Step, type SagaClass, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { Lab, refused, type Body } from './lab.js';

const ANNA = { by: 'anna', reason: 'ticket 7' };

@Saga({ name: 'trip' })
class TripSaga {
  private paid = false;
  @Step({ retry: { attempts: 1 } }) async hotel(_id: string, _saga: string): Promise<string> {
    return 'room';
  }
  @Compensate('hotel') async cancelHotel(_room?: string): Promise<void> {}
  @Step({ retry: { attempts: 1 } }) async flight(_id: string, _saga: string): Promise<string> {
    return 'seat';
  }
  @Compensate('flight') async cancelFlight(_seat?: string): Promise<void> {}
  @Signal() pay(): void {
    this.paid = true;
  }
  async run(end: 'fails' | 'pays' | 'child', saga: SagaContext): Promise<string> {
    const room = await this.hotel(saga.uuid(), saga.id);
    await saga.until(() => this.paid);
    const seat = await this.flight(saga.uuid(), saga.id);
    if (end === 'fails') throw new Error('the trip is off');
    if (end === 'child') return saga.child(GuideSaga, undefined);
    await saga.sleep('1 hour');
    return `${room} ${seat}`;
  }
}

@Saga({ name: 'patient' })
class PatientSaga {
  @Step({ retry: { attempts: 1 }, onUnknown: 'incident' }) async flight(_by: string): Promise<string> {
    return 'seat';
  }
  @Compensate('flight') async cancelFlight(_seat?: string, _by?: string): Promise<void> {}
  async run(waits: unknown, saga: SagaContext): Promise<void> {
    await this.flight('nobody');
    if (waits) await saga.sleep('1 hour');
    throw new Error('the trip is off');
  }
}

@Saga({ name: 'staged' })
class StagedSaga {
  private at = 0;
  @Signal() go(): void {
    this.at++;
  }
  async run(_input: unknown, saga: SagaContext): Promise<void> {
    for (const stage of ['first', 'second', 'third']) {
      saga.tag({ stage, ...(stage === 'second' ? { urgent: true } : {}) });
      const before = this.at;
      await saga.until(() => this.at > before);
    }
  }
}

@Saga({ name: 'guide' })
class GuideSaga {
  @Step() async lead(): Promise<string> {
    return 'led';
  }
  async run(): Promise<string> {
    return this.lead();
  }
}

describe('a fork', () => {
  let lab: Lab;
  let flight: Body;
  let lead: Body;
  let log: string[];
  const written =
    (what: string): Body =>
    (args, { key, undoes }: StepInvocation) => {
      log.push([what, ...args, key, ...(undoes ? [undoes] : [])].join(' '));
      return what;
    };
  const bodies: Record<string, Body> = {
    hotel: (...all) => written('room')(...all),
    flight: (...all) => flight(...all),
    lead: (...all) => lead(...all),
    cancelHotel: (...all) => written('cancel')(...all),
    cancelFlight: (...all) => written('cancel')(...all),
  };
  const open = (...classes: SagaClass[]): Promise<unknown> =>
    lab.open(classes.length > 0 ? classes : [TripSaga, GuideSaga], { bodies });

  beforeEach(() => {
    lab = new Lab();
    log = [];
    flight = written('seat');
    lead = written('led');
  });

  const done = <T>(action: Promise<T>): Promise<T> => lab.done(action);
  const run = async (id: string): Promise<string> => (await lab.engine.describe(id)).key.run;
  const made = (what: string): string[] => log.filter((line) => line.startsWith(what));
  /** How many events there are up to the last of a type. */
  const upTo = async (type: HistoryEventType, id = 'one'): Promise<number> =>
    (await lab.events(id)).findLastIndex((event) => event.type === type) + 1;
  const pay = (id: string): Promise<void> => done(lab.engine.signal(id, 'pay', []));

  async function booked(end: string): Promise<void> {
    await open();
    await lab.start(TripSaga, end);
  }

  it('D7 goes on from an event under another id, and leaves the instance as it is', async () => {
    await booked('pays');
    const before = await lab.events();
    expect(await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: before.length, newId: 'two' }))).toBe('two');
    expect(await lab.events()).toEqual(before);
    expect((await lab.events('two')).slice(before.length)).toEqual([
      { type: 'OperatorActed', action: 'fork', ...ANNA },
      {
        type: 'SagaForked',
        from: { id: 'one', run: await run('one') },
        events: before.length,
        calls: 2,
        anew: [],
        spares: true,
      },
    ]);
    await pay('two');
    await pay('one');
    await lab.advance(3_600_000);
    expect([await lab.result(TripSaga), await lab.result(TripSaga, 'two')]).toEqual(['room seat', 'room seat']);
    expect(made('room')).toEqual([expect.stringContaining(` one ${await run('one')}:0`)]);
    // What it draws and does from there on is its own, and so is its name.
    const [two, one] = made('seat').map((line) => line.split(' '));
    expect(two).toEqual(['seat', expect.any(String), 'two', `${await run('two')}:2`]);
    expect(one).toEqual(['seat', expect.any(String), 'one', `${await run('one')}:2`]);
    expect(two![1]).not.toBe(one![1]);
  });

  it('D5 decides anew upon the last event that it keeps, wherever it can be cut, over restarts', async () => {
    await booked('pays');
    await pay('one');
    await lab.advance(3_600_000);
    const { length } = await lab.events();
    const outcomes: string[] = [];
    for (let fromEvent = 1; fromEvent <= length; fromEvent++) {
      const newId = `from ${fromEvent}`;
      try {
        await done(lab.engine.control.fork('one', { ...ANNA, fromEvent, newId }));
      } catch (error) {
        outcomes.push((error as Error).message.replace(/.* refused: /, ''));
        continue;
      }
      await open();
      if (fromEvent < 6) await pay(newId);
      await open();
      await lab.advance(3_600_000);
      expect(await lab.result(TripSaga, newId)).toBe('room seat');
      outcomes.push(`room ${made('room').length} seat ${made('seat').length}`);
    }
    expect(outcomes).toEqual([
      'After event 1 the code has not decided everything yet. Fork from event 2.',
      ...[2, 3, 4, 5, 5, 5, 5, 5].map((seats) => `room 1 seat ${seats}`),
      'At event 10 the instance is on its way to its end. Fork from event 9 at the latest.',
    ]);
  });

  it('D5 goes on from every event of a run that nobody owned at its start', async () => {
    await open();
    const client = await lab.second([]);
    await client.start(sagaDefinition(TripSaga), 'pays', { id: 'one' });
    await lab.calm();
    await pay('one');
    await lab.advance(3_600_000);
    expect((await lab.engine.history('one'))[0]!.events).toHaveLength(1);
    const { length } = await lab.events();
    for (let fromEvent = 2; fromEvent < length; fromEvent++) {
      const newId = `from ${fromEvent}`;
      await done(client.control.fork('one', { ...ANNA, fromEvent, newId }));
      if (fromEvent < 6) await pay(newId);
      await lab.advance(3_600_000);
      expect(await lab.result(TripSaga, newId)).toBe('room seat');
    }
    expect(made('room')).toHaveLength(1);
    await expect(client.control.fork('one', { ...ANNA, fromEvent: 1 })).rejects.toMatchObject(
      refused('Fork from event 2'),
    );
    await client.close();
  });

  it('S3 gives a step out of hand again, with the key that it has and a token of the fork', async () => {
    const tokens: string[] = [];
    flight = (_args, { key }) => {
      tokens.push(currentStep()!.token);
      log.push(`seat asked ${key}`);
      return currentStep()!.completeLater();
    };
    await booked('pays');
    await pay('one');
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: await upTo('StepDeferred'), newId: 'two' }));
    expect(made('seat asked')).toEqual(Array(2).fill(`seat asked ${await run('one')}:2`));
    await done(lab.engine.completions.complete(tokens[1]!, 'aisle'));
    await done(lab.engine.completions.complete(tokens[0]!, 'window'));
    await lab.advance(3_600_000);
    expect([await lab.result(TripSaga), await lab.result(TripSaga, 'two')]).toEqual(['room window', 'room aisle']);
  });

  it('S3 makes nothing again that completed later, and sends what has no outcome with the key that it has', async () => {
    await booked('pays');
    const before = await lab.events();
    const beforeRoom = before.findIndex(({ type }) => type === 'StepCompleted');
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: beforeRoom, newId: 'later' }));
    await pay('later');
    expect(made('room')).toHaveLength(1);
    flight = () => new Promise(() => undefined);
    await pay('one');
    flight = written('seat');
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: await upTo('StepScheduled'), newId: 'open' }));
    expect(made('seat').at(-1)).toBe(`seat ${made('seat').at(-1)!.split(' ')[1]} one ${await run('one')}:2`);
    await lab.advance(3_600_000);
    expect(await lab.result(TripSaga, 'open')).toBe('room seat');
    expect(await lab.result(TripSaga, 'later')).toBe('room seat');
  });

  it('C2 does not undo what the other did, and undoes what it did itself', async () => {
    await booked('fails');
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: await upTo('WaitStarted'), newId: 'two' }));
    await pay('two');
    await expect(lab.result(TripSaga, 'two')).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(made('cancel')).toEqual([
      `cancel seat ${made('seat')[0]!.split(' ')[1]} two ${await run('two')}:3 ${await run('two')}:2`,
    ]);
  });

  it('S3 makes a shared step its own when its input is edited, beside an edit of the other', async () => {
    flight = () => {
      throw new Error('no answer');
    };
    await lab.open([PatientSaga], { bodies });
    await lab.start(PatientSaga);
    const fromEvent = await upTo('StepScheduled');
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent, newId: 'two' }));
    flight = written('seat');
    const looked = { ...ANNA, happened: false } as const;
    await done(lab.engine.control.editInput('one', 0, ['by one'], looked));
    await done(lab.engine.control.editInput('two', 0, ['by two'], looked));
    expect(made('seat')).toEqual([
      `seat by one ${await run('one')}:0:edit-1`,
      `seat by two ${await run('two')}:0:edit-1`,
    ]);
    await expect(lab.result(PatientSaga, 'two')).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(made('cancel')).toContain(`cancel seat by two ${await run('two')}:1 ${await run('two')}:0:edit-1`);
  });

  it('S3 brings along an edit that came after the event, with the key that it got there', async () => {
    flight = () => {
      throw new Error('no answer');
    };
    await lab.open([PatientSaga], { bodies });
    await lab.start(PatientSaga, 'waits');
    const fromEvent = await upTo('StepScheduled');
    flight = written('seat');
    await done(lab.engine.control.editInput('one', 0, ['by one'], { ...ANNA, happened: false }));
    await done(lab.engine.control.terminate('one', ANNA));
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent, newId: 'two', undoPrefix: true }));
    expect(made('seat')).toHaveLength(1);
    await done(lab.engine.control.cancel('two', ANNA));
    await expect(lab.result(PatientSaga, 'two')).rejects.toMatchObject({ code: 'SAGA_CANCELLED' });
    expect(made('cancel')).toEqual([`cancel seat by one ${await run('two')}:2 ${await run('one')}:0:edit-1`]);
  });

  it('C2 undoes what the other did when it is told to, by the key of the other', async () => {
    await booked('fails');
    await done(lab.engine.control.terminate('one', ANNA));
    const fromEvent = await upTo('WaitStarted');
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent, newId: 'two', undoPrefix: true }));
    await pay('two');
    await expect(lab.result(TripSaga, 'two')).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect(made('cancel').map((line) => line.split(' ').at(-1))).toEqual([
      `${await run('two')}:2`,
      `${await run('one')}:0`,
    ]);
  });

  it('can be forked again, and redriven, with the keys of whoever made the calls', async () => {
    await booked('pays');
    flight = () => {
      throw new Error('no answer');
    };
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: await upTo('WaitStarted'), newId: 'two' }));
    await pay('two');
    expect(await lab.status('two')).toBe('compensated');
    const fromEvent = await upTo('StepScheduled', 'two');
    await expect(done(lab.engine.control.fork('two', { ...ANNA, fromEvent, newId: 'three' }))).rejects.toMatchObject(
      refused('on its way to its end'),
    );
    const second = (await lab.events('two')).findIndex((event) => event.type === 'StepScheduled' && event.call === 2);
    await expect(
      done(lab.engine.control.fork('two', { ...ANNA, fromEvent: second + 1, newId: 'three' })),
    ).rejects.toMatchObject(
      refused(`Step "flight" (call 2) was undone since. Fork from event ${second} at the latest`),
    );
    flight = written('seat');
    await done(lab.engine.control.fork('two', { ...ANNA, fromEvent: second, newId: 'three' }));
    await lab.advance(3_600_000);
    expect(await lab.result(TripSaga, 'three')).toBe('room seat');
    expect(made('room')).toHaveLength(1);
    expect(made('seat')[0]).toMatch(` three ${await run('three')}:2`);
  });

  it('M4 and M1: begins where the other was paused or parked as if nobody had held it', async () => {
    await booked('pays');
    await done(lab.engine.control.pause('one', ANNA));
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: await upTo('SagaPaused'), newId: 'two' }));
    expect(await lab.status('two')).toBe('running');
    await pay('two');
    await lab.advance(3_600_000);
    expect(await lab.result(TripSaga, 'two')).toBe('room seat');
    expect(await lab.status()).toBe('paused');
  });

  it('has the tags that stood at the event, and those that nothing before it had changed', async () => {
    await open(StagedSaga);
    await lab.engine.start(sagaDefinition(StagedSaga), undefined, { id: 'one', tags: { customer: 'c-1' } });
    await lab.calm();
    const go = (id: string): Promise<void> => done(lab.engine.signal(id, 'go', []));
    const fromEvent = (await lab.events()).length;
    await go('one');
    await go('one');
    await done(lab.engine.control.fork('one', { ...ANNA, fromEvent, newId: 'two' }));
    expect((await lab.engine.describe('two')).tags).toEqual({ customer: 'c-1', stage: 'first', urgent: true });
    await go('two');
    expect((await lab.engine.describe('two')).tags).toMatchObject({ stage: 'second' });
    await go('one');
    expect((await lab.engine.describe('one')).tags).toEqual({ customer: 'c-1', stage: 'third', urgent: true });
  });

  it('C6 is nobody’s child, and shares no child that has no result', async () => {
    lead = () => new Promise(() => undefined);
    await booked('child');
    await pay('one');
    const { control } = lab.engine;
    const fromEvent = await upTo('StepScheduled');
    await expect(control.fork('one', { ...ANNA, fromEvent })).rejects.toMatchObject(
      refused(
        `Step "guide" (call 3) is a child of the instance, which has no result there. Fork from event ${fromEvent - 1}`,
      ),
    );
    lead = written('led');
    await done(control.fork('one', { ...ANNA, fromEvent: fromEvent - 1, newId: 'two' }));
    expect(await lab.result(TripSaga, 'two')).toBe('led');
    await lab.engine.describe('two/3');
    await done(control.fork('two/3', { ...ANNA, fromEvent: 2, newId: 'grown' }));
    expect(await lab.result(GuideSaga, 'grown')).toBe('led');
    expect((await lab.engine.describe('grown')).parent).toBeUndefined();
    expect(lab.store.orphans).toEqual([]);
  });

  it('is refused what cannot be, in words', async () => {
    await booked('pays');
    const { control } = lab.engine;
    const fork = (terms: object): Promise<string> => control.fork('one', { ...ANNA, fromEvent: 3, ...terms });
    await expect(control.fork('nobody', { ...ANNA, fromEvent: 1 })).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    await lab.start(TripSaga, 'pays', 'taken');
    await expect(fork({ newId: 'taken' })).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
    await expect(fork({ newId: '' })).rejects.toMatchObject({ code: 'INVALID_ID' });
    for (const [terms, because] of [
      [{ newId: 'one' }, 'that of the instance itself'],
      [{ fromEvent: 0 }, 'the events 1 to 4, and no event 0'],
      [{ fromEvent: 5 }, 'the events 1 to 4, and no event 5'],
      [{ fromEvent: 1.5 }, 'no event 1.5'],
      [{ by: ' ' }, 'needs "by"'],
      [{ undoPrefix: true }, 'may undo the same steps itself'],
    ] as const)
      await expect(fork(terms)).rejects.toMatchObject(refused(because));
    const id = await fork({ fromEvent: 4 });
    await expect(control.fork(id, { ...ANNA, fromEvent: 5 })).rejects.toMatchObject(
      refused('The events up to 6 are those of another run'),
    );
    await lab.calm();
    await done(control.cancel('one', ANNA));
    await expect(fork({ fromEvent: await upTo('CancelRequested') })).rejects.toMatchObject(
      refused('Fork from event 5'),
    );
    await expect(fork({ fromEvent: 3 })).rejects.toMatchObject(refused('(call 0) was undone since. Start it anew.'));
  });

  const deaths = ['append', 'fork'].flatMap((dies) => [2, 3, 4].map((fromEvent) => [dies, fromEvent] as const));
  it.each(deaths)(
    'W3 comes to the same end, wherever the process dies at an %s, from event %i',
    async (dies, fromEvent) => {
      for (let at = 1; ; at++) {
        lab = new Lab();
        log = [];
        await booked('pays');
        let passed = 0;
        const pass = (method: string): void | Promise<void> =>
          method === dies && ++passed === at ? new Promise(() => undefined) : undefined;
        lab.store.before = pass;
        lab.store.after = pass;
        const fork = { ...ANNA, fromEvent, newId: 'two' };
        void lab.engine.control.fork('one', fork).catch(() => undefined);
        await lab.calm();
        lab.store.before = lab.store.after = () => undefined;
        await open();
        await lab.calm();
        const again = lab.engine.control.fork('one', fork).catch((error: unknown) => error);
        expect(['two', expect.objectContaining({ code: 'DUPLICATE_ID' })]).toContainEqual(await done(again));
        await pay('two');
        await lab.advance(3_600_000);
        expect(await lab.result(TripSaga, 'two')).toBe('room seat');
        expect([made('room').length, new Set(made('seat')).size]).toEqual([1, 1]);
        if (passed < at) break;
        expect(at).toBeLessThan(50);
      }
    },
  );
});
