import type { StepInvocation } from 'reprise/core';
import { Saga, sagaDefinition, Signal, Step, type SagaClass, type SagaContext } from 'reprise/decorators';
import { encryption } from 'reprise/runtime';
import { Lab, refused, type Body } from './lab.js';

const ANNA = { by: 'anna', reason: 'ticket 7' };

class NoStock extends Error {
  override readonly name = 'NoStock';
}
class Several extends Error {
  override readonly name = 'Several';
}

@Saga({ name: 'parcel' })
class ParcelSaga {
  protected word = '';
  @Step() async label(_id: string): Promise<string> {
    return 'label';
  }
  @Step({ errors: [NoStock], retry: { attempts: 1 } }) async pick(_label: string, _count?: number): Promise<string> {
    return 'picked';
  }
  @Step({ retry: { attempts: 1 } }) async weigh(): Promise<string> {
    return 'weighed';
  }
  @Step({ retry: { attempts: 1 } }) async ship(_id: string): Promise<string> {
    return 'shipped';
  }
  @Signal() tell(word: string): void {
    this.word = word;
  }
  async run(
    how: 'at once' | 'in order' | 'beside' | 'caught' | 'thrown' | 'waits',
    saga: SagaContext,
  ): Promise<string> {
    if (how === 'at once') throw new Error('the code has a mistake');
    const label = await this.label(saga.uuid());
    if (how === 'waits') await saga.sleep('1 hour');
    if (how === 'thrown') throw new Error('the code has a mistake');
    const both = await Promise.allSettled([this.pick(label, 1), ...(how === 'beside' ? [this.weigh()] : [])]);
    for (const one of both) {
      if (one.status === 'fulfilled') continue;
      if (how === 'caught') throw new Several('several', { cause: one.reason });
      throw one.reason;
    }
    return `${label} ${await this.ship(saga.uuid())}${this.word}`;
  }
}

@Saga({ name: 'parcel' })
class MendedSaga extends ParcelSaga {
  override async run(_how: unknown, saga: SagaContext): Promise<string> {
    const label = await this.label(saga.uuid());
    return `${label} ${saga.patched('mended') ? 'new' : 'old'} ${await this.ship(saga.uuid())}`;
  }
}

@Saga({ name: 'courier' })
class CourierSaga {
  @Step({ errors: [NoStock], retry: { attempts: 1 } }) async ride(): Promise<string> {
    return 'there';
  }
  async run(): Promise<string> {
    return this.ride();
  }
}

@Saga({ name: 'dispatch' })
class DispatchSaga {
  async run(_input: unknown, saga: SagaContext): Promise<string> {
    return saga.child(CourierSaga, undefined);
  }
}

/** Asks two, takes the first answer, and gives up the other. */
@Saga({ name: 'quote' })
class QuoteSaga {
  @Step({ errors: [NoStock], retry: { attempts: 1 } }) async pick(_of: string): Promise<string> {
    return 'picked';
  }
  @Step({ retry: { attempts: 1 } }) async weigh(): Promise<string> {
    return 'weighed';
  }
  async run(_input: unknown, saga: SagaContext): Promise<string> {
    const first = await saga.scope(async (scope) => {
      const won = await Promise.any([this.pick('north'), this.pick('south'), saga.child(CourierSaga, undefined)]);
      scope.cancel();
      return won;
    });
    await saga.sleep('1 minute');
    return `${first} ${await this.weigh()}`;
  }
}

/** Fails beside a child that goes on without it. */
@Saga({ name: 'careless' })
class CarelessSaga {
  @Step({ retry: { attempts: 1 } }) async weigh(): Promise<string> {
    return 'weighed';
  }
  async run(_input: unknown, saga: SagaContext): Promise<string> {
    const courier = saga.child(CourierSaga, undefined, { onParentEnd: 'abandon' });
    return `${await this.weigh()} ${await courier}`;
  }
}

const fails =
  (error: Error): Body =>
  () => {
    throw error;
  };

describe('a redrive', () => {
  let lab: Lab;
  let pick: Body;
  let weigh: Body;
  let ride: Body;
  let log: string[];
  const written =
    (what: string): Body =>
    (args, { key }: StepInvocation) => {
      log.push(`${what} ${args.join()} ${key}`);
      return what;
    };
  const bodies: Record<string, Body> = {
    label: (...all) => written('label')(...all),
    pick: (...all) => pick(...all),
    weigh: (...all) => weigh(...all),
    ship: (...all) => written('ship')(...all),
    ride: (...all) => ride(...all),
  };
  const open = (...classes: SagaClass[]): Promise<unknown> =>
    lab.open(classes.length > 0 ? classes : [ParcelSaga, CourierSaga, DispatchSaga, CarelessSaga], { bodies });

  beforeEach(() => {
    lab = new Lab();
    log = [];
    pick = fails(new NoStock('none left'));
    weigh = written('weigh');
    ride = fails(new NoStock('no courier'));
  });

  const done = <T>(action: Promise<T>): Promise<T> => lab.done(action);
  const run = async (id = 'one'): Promise<string> => (await lab.engine.describe(id)).key.run;
  const made = (what: string): string[] => log.filter((line) => line.startsWith(what));

  /** An instance that has failed; answers the run. */
  async function failed(how: string, sagaClass: SagaClass = ParcelSaga): Promise<string> {
    await open();
    await lab.start(sagaClass, how);
    await lab.advance(3_600_000);
    expect(await lab.status()).toBe('failed');
    return run();
  }

  it('S4 tries a step anew that is known not to have happened, under a new key, and does nothing again that was done', async () => {
    const before = await failed('in order');
    pick = written('pick');
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
    const now = await run();
    expect(now).not.toBe(before);
    expect(made('label')).toHaveLength(1);
    expect(made('pick')).toEqual([`pick label,1 ${now}:1`]);
    expect(made('ship')[0]).toMatch(` ${now}:2`);
  });

  it('has who and why in its history, and leaves that of the run before as it was', async () => {
    const before = await failed('in order');
    const { shard } = (await lab.engine.describe('one')).key;
    const old = await lab.store.history({ shard, run: before });
    pick = written('pick');
    await done(lab.engine.control.redrive('one', ANNA));
    const events = await lab.events();
    expect(events.slice(0, 4).map(({ type }) => type)).toEqual([
      'SagaStarted',
      'StepScheduled',
      'StepCompleted',
      'StepScheduled',
    ]);
    expect(events.slice(4, 6)).toEqual([
      { type: 'OperatorActed', action: 'redrive', call: 1, ...ANNA },
      { type: 'SagaForked', from: { id: 'one', run: before }, events: 4, calls: 2, anew: [1], spares: false },
    ]);
    expect(await lab.store.history({ shard, run: before })).toEqual(old);
  });

  it('S6 keeps the key of a step whose outcome nobody knows: whoever did it answers again', async () => {
    pick = fails(new Error('no answer'));
    const before = await failed('in order');
    pick = written('pick');
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
    expect(made('pick')).toEqual([`pick label,1 ${before}:1`]);
  });

  it('D7 draws the same by chance up to where it failed, and other numbers from there', async () => {
    const [first] = (await failed('in order'), made('label'));
    pick = fails(new NoStock('still none'));
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.status()).toBe('failed');
    pick = written('pick');
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
    expect(made('label')).toEqual([first]);
    expect(await lab.eventsOf('SagaForked')).toHaveLength(2);
    expect(made('pick')).toEqual([`pick label,1 ${await run()}:1`]);
  });

  it('D3 keeps the result of a step that was under way beside the failed one', async () => {
    let answer!: (weight: string) => void;
    weigh = () => new Promise((resolve) => (answer = resolve));
    await open();
    await lab.start(ParcelSaga, 'beside');
    answer('7 kg');
    await lab.calm();
    expect(await lab.status()).toBe('failed');
    pick = written('pick');
    weigh = fails(new Error('weighed twice'));
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
    expect(await lab.eventsOf('StepCompleted')).toMatchObject([{ call: 0 }, { call: 2 }, { call: 1 }, { call: 3 }]);
  });

  it('finds the failure that was caught and thrown on as the cause of another error', async () => {
    await failed('caught');
    pick = written('pick');
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
  });

  it('D5 D8 goes on with mended code where the code itself threw, and fails again with the old', async () => {
    await failed('thrown');
    await done(lab.engine.control.redrive('one', ANNA));
    await expect(lab.result(ParcelSaga)).rejects.toMatchObject({ code: 'SAGA_FAILED' });
    await open(MendedSaga);
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(MendedSaga)).toBe('label new ship');
    expect(made('label')).toHaveLength(1);
    expect(made('ship')[0]).toMatch(`${await run()}:1`);
    await open(MendedSaga);
    await lab.calm();
    expect(await lab.result(MendedSaga)).toBe('label new ship');
  });

  it('D8 goes on with a patch where the code threw before it had done anything', async () => {
    @Saga({ name: 'parcel' })
    class CarefulSaga extends ParcelSaga {
      override async run(_how: unknown, saga: SagaContext): Promise<string> {
        return saga.patched('mended') ? `patched ${await this.label('x')}` : 'never';
      }
    }
    await failed('at once');
    await open(CarefulSaga);
    await done(lab.engine.control.redrive('one', ANNA));
    await open(CarefulSaga);
    await lab.calm();
    expect(await lab.result(CarefulSaga)).toBe('patched label');
  });

  it('D5 finds code that decides otherwise than before the parting, and resumes with the old', async () => {
    await failed('in order');
    pick = written('pick');
    await open(MendedSaga);
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.incident()).toContain('NON_DETERMINISTIC');
    await open();
    await lab.calm();
    expect(await lab.result(ParcelSaga)).toBe('label ship');
  });

  it('D5 holds the code to what it decided where it parted, too', async () => {
    await failed('thrown');
    await lab.open([MendedSaga], { bodies: { ...bodies, ship: () => new Promise(() => undefined) } });
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.status()).toBe('running');
    await open();
    await lab.calm();
    expect(await lab.incident()).toContain('NON_DETERMINISTIC');
    await open(MendedSaga);
    await lab.calm();
    expect(await lab.result(MendedSaga)).toBe('label new ship');
  });

  it('M1 brings the signals along that came after the failure', async () => {
    let answer!: (weight: string) => void;
    weigh = () => new Promise((resolve) => (answer = resolve));
    await open();
    await lab.start(ParcelSaga, 'beside');
    await lab.engine.signal('one', 'tell', ['!']);
    await lab.calm();
    answer('7 kg');
    await lab.calm();
    pick = written('pick');
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(ParcelSaga)).toBe('label ship!');
  });

  it('C6 begins a child anew that failed', async () => {
    await failed('in order', DispatchSaga);
    const child = 'one/0';
    const before = await run(child);
    ride = written('ride');
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(DispatchSaga)).toBe('ride');
    expect(await run(child)).not.toBe(before);
    await expect(done(lab.engine.control.redrive(child, ANNA))).rejects.toMatchObject(refused('is completed'));
  });

  const couriers = [
    ['while it is open', (arrive: () => void, redrive: () => Promise<void>) => redrive().then(arrive)],
    ['when it has completed', async (arrive: () => void, redrive: () => Promise<void>) => (arrive(), redrive())],
  ] as const;
  it.each(couriers)('C6 waits for the child that the run before began, and begins no other, %s', async (when, both) => {
    let answer!: (word: string) => void;
    ride = () => new Promise((resolve) => (answer = resolve));
    weigh = fails(new Error('no answer'));
    await open();
    await lab.start(CarelessSaga);
    expect(await lab.status()).toBe('failed');
    const child = await run('one/0');
    weigh = written('weigh');
    const arrive = (): void => answer('arrived');
    const redrive = async (): Promise<void> => {
      await lab.calm();
      await done(lab.engine.control.redrive('one', ANNA));
    };
    await both(arrive, redrive);
    await lab.calm();
    expect(await lab.result(CarelessSaga)).toBe('weigh arrived');
    expect(await run('one/0')).toBe(child);
    expect(lab.store.orphans.map(({ reason }) => reason)).toEqual(
      when === 'while it is open' ? [] : ['closed-instance'],
    );
  });

  it('C7 tries nothing again that the code had given up, and lets it count as it ended', async () => {
    await open(QuoteSaga, CourierSaga);
    ride = () => new Promise(() => undefined);
    let decline!: (error: Error) => void;
    pick = ([of]) => (of === 'north' ? 'pear' : new Promise((_resolve, reject) => (decline = reject)));
    weigh = fails(new Error('no answer'));
    await lab.start(QuoteSaga);
    decline(new NoStock('none left'));
    await lab.advance(60_000);
    expect(await lab.status()).toBe('failed');
    const courier = await run('one/2');
    pick = ride = fails(new Error('tried again'));
    weigh = written('weigh');
    const given = (await lab.events()).findIndex(({ type }) => type === 'TimerStarted') + 1;
    const newId = await done(lab.engine.control.fork('one', { ...ANNA, fromEvent: given }));
    await lab.advance(60_000);
    expect(await lab.result(QuoteSaga, newId)).toBe('pear weigh');
    const parted = (await lab.events(newId)).slice(given, given + 4);
    expect(parted).toMatchObject([
      { type: 'OperatorActed' },
      { type: 'SagaForked', anew: [] },
      { type: 'StepFailed', kind: 'declared' },
      { type: 'StepFailed', kind: 'declared' },
    ]);
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(QuoteSaga)).toBe('pear weigh');
    expect(await run('one/2')).toBe(courier);
    expect(await lab.status('one/2')).toBe('cancelled');
  });

  it('C6 begins a child anew that has failed since, and hears of it', async () => {
    weigh = fails(new Error('no answer'));
    await failed('in order', CarelessSaga);
    expect(await lab.status('one/0')).toBe('failed');
    const child = await run('one/0');
    weigh = written('weigh');
    ride = written('ride');
    await done(lab.engine.control.redrive('one', ANNA));
    expect(await lab.result(CarelessSaga)).toBe('weigh ride');
    expect(await run('one/0')).not.toBe(child);
  });

  it('C6 is refused while the id of a child is taken, and when what had it left something standing', async () => {
    await failed('in order', DispatchSaga);
    ride = () => new Promise(() => undefined);
    const definition = sagaDefinition(CourierSaga);
    await lab.engine.start(definition, undefined, { id: 'one/0', onClosed: 'restart' });
    await lab.calm();
    const { control } = lab.engine;
    await expect(control.redrive('one', ANNA)).rejects.toMatchObject(refused('Its child "one/0" is still running'));
    await done(control.terminate('one/0', ANNA));
    await expect(control.redrive('one', ANNA)).rejects.toMatchObject(refused('Its child "one/0" was terminated'));
  });

  it('S3 edits the input of the failed step, which is then another request', async () => {
    await failed('in order');
    pick = written('pick');
    await done(lab.engine.control.redrive('one', { ...ANNA, input: ['label', 9] }));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
    expect(made('pick')).toEqual([`pick label,9 ${await run()}:1:edit-1`]);
  });

  it('S3 refuses another input for a step that may have happened, until somebody has looked', async () => {
    pick = fails(new Error('no answer'));
    await failed('in order');
    pick = written('pick');
    const input = ['label', 9];
    await expect(done(lab.engine.control.redrive('one', { ...ANNA, input }))).rejects.toMatchObject(
      refused('Nobody knows whether Step "pick" (call 1) had an effect'),
    );
    await done(lab.engine.control.redrive('one', { ...ANNA, input, happened: false }));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
  });

  it('I2 keeps payloads encrypted in the run that it begins', async () => {
    const codec = encryption({ keys: { k1: Buffer.alloc(32, 7) }, current: 'k1' });
    await lab.open([ParcelSaga], { bodies, codec });
    await lab.start(ParcelSaga, 'in order');
    pick = written('pick');
    await done(lab.engine.control.redrive('one', { ...ANNA, input: ['a secret label', 1] }));
    expect(await lab.result(ParcelSaga)).toBe('label ship');
    expect(made('pick')[0]).toContain('pick a secret label,1');
    const stored = JSON.stringify(await lab.store.history((await lab.engine.describe('one')).key));
    expect(stored).toContain('StepInputEdited');
    for (const secret of ['secret label', 'picked', 'in order']) expect(stored).not.toContain(secret);
    expect(await lab.eventsOf('StepInputEdited')).toMatchObject([{ input: ['a secret label', 1] }]);
  });

  it('is refused what cannot be, in words, and nothing is begun', async () => {
    await open();
    const { control } = lab.engine;
    await expect(control.redrive('nobody', ANNA)).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    await lab.start(ParcelSaga, 'waits', 'open');
    await expect(control.redrive('open', ANNA)).rejects.toMatchObject(refused('is running. It has not ended'));
    await done(control.terminate('open', ANNA));
    await expect(control.redrive('open', ANNA)).rejects.toMatchObject(refused('is terminated'));
    await lab.start(ParcelSaga, 'in order');
    const before = await run();
    await expect(control.redrive('one', { ...ANNA, call: 0 })).rejects.toMatchObject(refused('Call 0 has not failed'));
    await expect(control.redrive('one', { ...ANNA, by: '' })).rejects.toMatchObject(refused('needs "by"'));
    await lab.start(DispatchSaga, undefined, 'parent');
    await expect(control.redrive('parent/0', ANNA)).rejects.toMatchObject(refused('Redrive the parent'));
    expect(await run()).toBe(before);
  });

  it('I1 is done by one of two who ask at the same time', async () => {
    await failed('in order');
    const outcomes = await Promise.allSettled([1, 2].map(() => lab.engine.control.redrive('one', ANNA)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(outcomes[1]).toMatchObject({ reason: refused('Somebody else') });
  });

  it('W6 knows of its run when the answer of the store was lost', async () => {
    await failed('in order');
    pick = written('pick');
    lab.store.after = (method) => {
      if (method === 'fork') throw new Error('connection lost');
    };
    await done(lab.engine.control.redrive('one', ANNA));
    lab.store.after = () => undefined;
    expect(await lab.result(ParcelSaga)).toBe('label ship');
  });

  it('does it to all that a query finds, after a dry run that counts', async () => {
    await open();
    for (const id of ['a', 'b', 'c']) await lab.start(ParcelSaga, 'in order', id);
    await lab.start(ParcelSaga, 'waits', 'd');
    const { control } = lab.engine;
    const dry = await control.bulk({ saga: 'parcel' }, 'redrive', { ...ANNA, dryRun: true });
    expect(dry).toMatchObject({ found: 3, done: 0 });
    pick = written('pick');
    const report = await done(control.bulk({ saga: 'parcel' }, 'redrive', ANNA));
    expect(report).toMatchObject({ found: 3, done: 3, failed: 0 });
    expect(await Promise.all(['a', 'b', 'c'].map((id) => lab.status(id)))).toEqual(Array(3).fill('completed'));
  });

  it.each(['append', 'fork'])('W3 comes to the same end, wherever the process dies at an %s', async (dies) => {
    for (let at = 1; ; at++) {
      lab = new Lab();
      log = [];
      pick = fails(new NoStock('none left'));
      await failed('beside');
      pick = written('pick');
      let passed = 0;
      const pass = (method: string): void | Promise<void> =>
        method === dies && ++passed === at ? new Promise(() => undefined) : undefined;
      lab.store.before = pass;
      lab.store.after = pass;
      void lab.engine.control.redrive('one', ANNA).catch(() => undefined);
      await lab.calm();
      lab.store.before = lab.store.after = () => undefined;
      await open();
      await lab.calm();
      if ((await lab.status()) === 'failed') await done(lab.engine.control.redrive('one', ANNA));
      expect(await lab.result(ParcelSaga)).toBe('label ship');
      expect(new Set(made('pick')).size).toBe(1);
      expect(made('label')).toHaveLength(1);
      if (passed < at) break;
      expect(at).toBeLessThan(50);
    }
  });
});
