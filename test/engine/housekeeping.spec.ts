import type { Retention, SagaContext } from 'reprise/core';
import { Saga, sagaDefinition, type SagaClass } from 'reprise/decorators';
import { SagaQueries } from 'reprise/runtime';
import { Lab } from './lab.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function kept(retention?: Retention, version = 1, name = 'kept'): SagaClass {
  @Saga({ name, version, ...(retention === undefined ? {} : { retention }) })
  class Kept {
    async run(how: 'ends' | 'fails' | 'waits', saga: SagaContext): Promise<void> {
      if (how === 'fails') throw new Error('no');
      if (how === 'waits') await saga.until(() => false);
    }
  }
  return Kept;
}

/** As in a live process: with polling, so that housekeeping goes by the clock. */
const LIVE = { poll: '1 hour' } as const;

async function ids(lab: Lab): Promise<string[]> {
  const { instances } = await new SagaQueries(lab.store).list();
  return instances.map(({ id }) => id).sort();
}

describe('retention', () => {
  it('removes ended instances when their time is over, by end status, and never open ones', async () => {
    const lab = new Lab();
    const sagaClass = kept({ completed: '1 hour', failed: '2 hours' });
    await lab.open([sagaClass], LIVE);
    for (const how of ['ends', 'fails', 'waits']) await lab.start(sagaClass, how, how);
    await lab.advance(HOUR - 120_000);
    expect(await ids(lab)).toEqual(['ends', 'fails', 'waits']);
    await lab.advance(240_000);
    expect(await ids(lab)).toEqual(['fails', 'waits']);
    await expect(lab.engine.describe('ends')).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    await lab.advance(HOUR);
    expect(await ids(lab)).toEqual(['waits']);
  });

  it('I1 lets a removed id begin anew', async () => {
    const lab = new Lab();
    const sagaClass = kept('1 hour');
    await lab.open([sagaClass], LIVE);
    await lab.start(sagaClass, 'ends');
    await lab.advance(2 * HOUR);
    await lab.start(sagaClass, 'waits');
    expect(await lab.status()).toBe('running');
  });

  it('goes by the default of the module where a saga says nothing, and keeps for ever without one', async () => {
    const lab = new Lab();
    const [own, other] = [kept(Infinity, 1, 'own'), kept(undefined, 1, 'other')];
    await lab.open([own, other], { ...LIVE, retention: '1 hour' });
    await lab.start(own, 'ends', 'own');
    await lab.start(other, 'ends', 'other');
    await lab.advance(2 * HOUR);
    expect(await ids(lab)).toEqual(['own']);
    await lab.open([own, other], LIVE);
    await lab.start(other, 'ends', 'other');
    await lab.advance(3 * HOUR);
    expect(await ids(lab)).toEqual(['other', 'own']);
  });

  it('goes by the newest version of a saga, for all of them', async () => {
    const lab = new Lab();
    const [old, young] = [kept('1 hour', 1), kept('3 hours', 2)];
    await lab.open([old, young], LIVE);
    await lab.start(old, 'ends');
    await lab.advance(2 * HOUR);
    expect(await ids(lab)).toEqual(['one']);
    await lab.advance(2 * HOUR);
    expect(await ids(lab)).toEqual([]);
  });

  it('works in bounded batches, and in smaller ones when the store finds them too big', async () => {
    const lab = new Lab();
    const sagaClass = kept(0);
    const { catalogue } = lab.store;
    const sweep = catalogue.sweep.bind(catalogue);
    const limits: number[] = [];
    catalogue.sweep = (policies, limit) => {
      limits.push(limit);
      return limit > 3 ? Promise.reject(new Error('too slow')) : sweep(policies, limit);
    };
    await lab.open([sagaClass], LIVE);
    for (let i = 0; i < 4; i++) await lab.start(sagaClass, 'ends', `order-${i}`);
    await lab.advance(HOUR);
    expect(await ids(lab)).toEqual([]);
    expect(limits.slice(0, 10)).toEqual([500, 250, 125, 62, 31, 15, 7, 3, 6, 3]);
    expect(lab.warnings).toContain('Retention could not remove instances; trying again.');
  });

  it('has one statement under way at a time, and none after the end', async () => {
    const lab = new Lab();
    const sagaClass = kept('1 hour');
    const { catalogue } = lab.store;
    let [running, most, calls] = [0, 0, 0];
    let finish = (): void => undefined;
    catalogue.sweep = async () => {
      most = Math.max(most, ++running);
      calls++;
      await new Promise<void>((resolve) => (finish = resolve));
      running--;
      return 0;
    };
    await lab.open([sagaClass], LIVE);
    await lab.advance(HOUR);
    expect([most, calls]).toEqual([1, 1]);
    const closing = lab.engine.close();
    finish();
    await lab.calm();
    await closing;
    await lab.advance(HOUR);
    expect([most, calls]).toEqual([1, 1]);
  });

  it('S7 removes orphans of nobody after 30 days', async () => {
    const lab = new Lab();
    await lab.open([kept()], { poll: '1 day' });
    await lab.engine.signal('nobody', 'hear', []).catch(() => undefined);
    await lab.advance(29 * DAY);
    expect(lab.store.orphans).toHaveLength(1);
    await lab.advance(2 * DAY);
    expect(lab.store.orphans).toEqual([]);
  }, 60_000);

  it.each<[unknown, string]>([
    ['soon', 'INVALID_DURATION'],
    [{ completed: '-1 day' }, 'INVALID_DURATION'],
    [{ running: '1 day' }, 'INVALID_CONFIGURATION'],
    [null, 'INVALID_DURATION'],
  ])('refuses %j at the start of the engine', async (retention, code) => {
    await expect(new Lab().open([kept(retention as Retention)], LIVE)).rejects.toMatchObject({ code });
  });
});

describe('the report of versions that nobody has', () => {
  async function warningsAt(open: () => Promise<unknown>, lab: Lab): Promise<string[]> {
    lab.warnings.splice(0);
    await open();
    await lab.calm();
    return lab.warnings.filter((warning) => warning.includes('no living worker'));
  }

  it('D8 names them once at start-up, with how many wait', async () => {
    const lab = new Lab();
    const [first, second] = [kept(undefined, 1), kept(undefined, 2)];
    await lab.open([first], { lease: '10s' });
    for (const id of ['a', 'b']) await lab.start(first, 'waits', id);
    await lab.start(first, 'ends', 'c');
    await lab.engine.crash();
    await lab.advance(20_000);
    expect(await warningsAt(() => lab.open([second]), lab)).toEqual([
      '2 open instances of saga "kept" version 1 wait, and no living worker has that version. ' +
        'Deploy it beside the others, or cancel what is not wanted any more.',
    ]);
    await lab.advance(DAY);
    expect(lab.warnings.filter((warning) => warning.includes('no living worker'))).toHaveLength(1);
  });

  it('D8 is silent about what this process or another living worker has', async () => {
    const lab = new Lab();
    const [first, second] = [kept(undefined, 1), kept(undefined, 2)];
    await lab.open([first]);
    await lab.start(first, 'waits');
    expect(await warningsAt(() => lab.second([second]), lab)).toEqual([]);
    expect(await warningsAt(() => lab.open([first, second]), lab)).toEqual([]);
  });

  it('does not keep a worker from starting when the store cannot tell', async () => {
    const lab = new Lab();
    lab.store.catalogue.census = () => Promise.reject(new Error('slow'));
    await lab.open([kept()]);
    await lab.start(kept(), 'ends');
    expect(await lab.status()).toBe('completed');
    expect(lab.warnings).toContain('The store could not be asked which versions wait.');
    expect(sagaDefinition(kept()).version).toBe(1);
  });
});
