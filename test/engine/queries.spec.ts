import { Saga, sagaDefinition, Step } from 'reprise/decorators';
import { SagaQueries, type InstanceQuery } from 'reprise/runtime';
import { Lab } from './lab.js';

@Saga({ name: 'brief' })
class Brief {
  @Step({ onUnknown: 'incident', retry: { attempts: 1 } }) async ask(): Promise<void> {}
  async run(asks: boolean): Promise<string> {
    if (asks) await this.ask();
    return 'done';
  }
}

describe('SagaQueries', () => {
  let lab: Lab;
  let queries: SagaQueries;

  beforeEach(async () => {
    lab = new Lab();
    queries = new SagaQueries(lab.store);
    const ask = (): never => {
      throw new Error('nobody there');
    };
    await lab.open([Brief], { bodies: { ask } });
    for (let i = 0; i < 5; i++) {
      await lab.start(Brief, i === 4, `order-${i}`);
      await lab.advance(1_000);
    }
  });

  it('list in pages, newest first, that go on where the last one ended', async () => {
    const first = await queries.list({ saga: 'brief' }, { size: 3 });
    expect(first.instances.map(({ id }) => id)).toEqual(['order-4', 'order-3', 'order-2']);
    const second = await queries.list({ saga: 'brief' }, { size: 3, after: first.next! });
    expect(second.instances.map(({ id }) => id)).toEqual(['order-1', 'order-0']);
    expect(second.next).toBeUndefined();
    expect(await queries.count({ saga: ['brief'], status: 'completed' })).toEqual({ count: 4, exact: true });
  });

  it('refuse a cursor that is none, was changed, or is of another list', async () => {
    const { next } = await queries.list({}, { size: 2 });
    for (const after of [
      '',
      'x',
      next!.slice(0, -1),
      `${next!}0`,
      next!.replace('i1.', 'i1.1'),
      "'; drop table x; --",
    ]) {
      await expect(queries.list({}, { after })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
      await expect(queries.orphans({ after })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    }
    await expect(queries.list({ saga: 'brief' }, { after: next! })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    await expect(queries.list({}, { after: 7 as never })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  it.each<[string, unknown]>([
    ['version', { version: 1.5 }],
    ['status', { status: 'done' }],
    ['status', { status: ['running', 'done'] }],
    ['saga', { saga: 7 }],
    ['idPrefix', { idPrefix: 'a\u0000' }],
    ['retrying', { retrying: 'yes' }],
    ['startedAt', { startedAt: { from: 5 } }],
    ['closedAt', { closedAt: { to: new Date(NaN) } }],
    ['tags.total', { tags: { total: {} } }],
    ['tags.total', { tags: { total: { from: 'a' } } }],
  ])('refuse a wrong %s in words', async (what, query) => {
    for (const asked of [queries.list(query as InstanceQuery), queries.count(query as InstanceQuery)]) {
      await expect(asked).rejects.toMatchObject({ code: 'INVALID_FILTER', message: expect.stringContaining(what) });
    }
  });

  it.each([0, -1, 501, 2.5, NaN])('refuse %p as the size of a page', async (size) => {
    await expect(queries.list({}, { size })).rejects.toMatchObject({ code: 'INVALID_FILTER' });
    await expect(queries.orphans({ size })).rejects.toMatchObject({ code: 'INVALID_FILTER' });
  });

  it('have incidents with their cause', async () => {
    const { instances } = await queries.incidents();
    expect(instances).toMatchObject([
      { id: 'order-4', status: 'incident', error: { code: 'STEP_OUTCOME_UNKNOWN', message: expect.any(String) } },
    ]);
  });

  it('have one instance, its history, and who is unknown', async () => {
    const summary = await queries.get('order-0');
    expect(summary).toMatchObject({ saga: 'brief', status: 'completed' });
    expect(await queries.history('order-0')).toEqual(await lab.engine.history('order-0'));
    expect(await queries.history(summary)).toEqual(await lab.engine.history('order-0'));
    await expect(queries.get('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
  });

  it('S7 have orphans in pages', async () => {
    for (const word of ['a', 'b', 'c']) await lab.engine.signal('order-0', 'hear', [word]).catch(() => undefined);
    const first = await queries.orphans({ size: 2 });
    expect(first.orphans.map(({ payload }) => (payload as { input: unknown }).input)).toEqual([['c'], ['b']]);
    const second = await queries.orphans({ size: 2, after: first.next! });
    expect(second).toMatchObject({ orphans: [{ id: 'order-0', reason: 'closed-instance' }] });
    await expect(queries.orphans({ after: first.next! }, 'order-0')).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  it('D8 have the census', async () => {
    expect(await queries.census()).toEqual([{ saga: 'brief', version: 1, count: 1, exact: true, hosted: true }]);
    expect(sagaDefinition(Brief).version).toBe(1);
  });
});
