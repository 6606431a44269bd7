import type { SagaContext, TagChanges } from 'reprise/core';
import { Query, Saga, sagaDefinition, Step, type SagaClass } from 'reprise/decorators';
import { SagaQueries } from 'reprise/runtime';
import { Lab } from './lab.js';

@Saga({ name: 'tagging' })
class Tagging {
  private saga?: SagaContext;
  @Step() async pay(): Promise<number> {
    return 12.5;
  }
  @Query() sneak(): string {
    this.saga!.tag({ sneaked: true });
    return 'sneaked';
  }
  async run(order: { due: Date }, saga: SagaContext): Promise<string> {
    Object.defineProperty(this, 'saga', { value: saga });
    saga.tag({ stage: 'open', dueAt: order.due, draft: null });
    const total = await this.pay();
    saga.tag({ stage: 'paid', total });
    saga.tag({});
    await saga.sleep('1 hour');
    saga.tag({ stage: null });
    return 'done';
  }
}

function changing(changes: TagChanges[]): SagaClass {
  @Saga({ name: 'changing' })
  class Changing {
    async run(_input: unknown, saga: SagaContext): Promise<void> {
      for (const change of changes) saga.tag(change);
      await saga.sleep('1 hour');
    }
  }
  return Changing;
}

describe('tags', () => {
  const due = new Date('2031-01-01T00:00:00.000Z');

  it('change from the code, beside those of the start, and show with the turn', async () => {
    const lab = new Lab();
    await lab.open([Tagging], { bodies: { pay: () => 12.5 } });
    const tags = { customer: 'anna', draft: true };
    await lab.engine.start(sagaDefinition(Tagging), { due }, { id: 'one', tags });
    await lab.calm();
    expect((await lab.engine.describe('one')).tags).toEqual({
      customer: 'anna',
      stage: 'paid',
      dueAt: due,
      total: 12.5,
    });
    expect(await lab.eventsOf('TagsChanged')).toEqual([
      { type: 'TagsChanged', tags: { stage: 'open', dueAt: { $t: 'd', v: due.toISOString() }, draft: null } },
      { type: 'TagsChanged', tags: { stage: 'paid', total: 12.5 } },
    ]);
    const queries = new SagaQueries(lab.store);
    const { instances } = await queries.list({ tags: { dueAt: { from: due }, total: { from: 12, to: 13 } } });
    expect(instances.map(({ id }) => id)).toEqual(['one']);
  });

  it('W2 go on from what is stored after a crash, and replay to the same', async () => {
    const lab = new Lab();
    await lab.open([Tagging], { bodies: { pay: () => 1 } });
    await lab.engine.start(sagaDefinition(Tagging), { due }, { id: 'one', tags: { customer: 'anna' } });
    await lab.calm();
    await lab.open([Tagging], { bodies: { pay: () => 1 } });
    await lab.advance(3_600_000);
    expect(await lab.result(Tagging)).toBe('done');
    expect((await lab.engine.describe('one')).tags).toEqual({ customer: 'anna', dueAt: due, total: 1 });
  });

  it('D5 park an instance whose code tags otherwise than its history', async () => {
    const lab = new Lab();
    await lab.open([changing([{ stage: 'open' }])]);
    await lab.start(changing([{ stage: 'open' }]));
    await lab.open([changing([{ stage: 'closed' }])]);
    await lab.advance(3_600_000);
    expect(await lab.incident()).toContain('a change of the tags stage with another input');
    await lab.open([changing([])]);
    expect(await lab.incident()).toContain('recorded a change of the tags stage');
  });

  it('M2 cannot be changed by a query', async () => {
    const lab = new Lab();
    await lab.open([Tagging], { bodies: { pay: () => 1 } });
    await lab.start(Tagging, { due });
    await expect(lab.engine.query(sagaDefinition(Tagging), 'one', 'sneak', [])).rejects.toMatchObject({
      code: 'CALL_FROM_QUERY',
    });
    expect((await lab.engine.describe('one')).tags).not.toHaveProperty('sneaked');
  });

  it.each<[string, TagChanges]>([
    ['a name without characters', { '': 1 }],
    ['a name with a control character', { 'a\u0000': 1 }],
    ['a text that is too long', { a: 'x'.repeat(201) }],
    ['a number that is none', { a: NaN }],
    ['a date that is none', { a: new Date(NaN) }],
    ['an object', { a: {} as unknown as string }],
    ['nothing', { a: undefined as unknown as null }],
    ['too many tags', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, i]))],
  ])('refuse %s, in run() and at the start', async (_what, changes) => {
    const lab = new Lab();
    const sagaClass = changing([changes]);
    await lab.open([sagaClass]);
    await lab.start(sagaClass);
    expect((await lab.engine.describe('one')).error).toMatchObject({ code: 'INVALID_TAG' });
    const start = lab.engine.start(sagaDefinition(sagaClass), undefined, { id: 'two', tags: changes as never });
    await expect(start).rejects.toMatchObject({ code: 'INVALID_TAG' });
    await expect(lab.engine.describe('two')).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
  });

  it('end a saga whose loop makes up new names for ever', async () => {
    const lab = new Lab();
    const sagaClass = changing(Array.from({ length: 60 }, (_, i) => ({ [`t${i}`]: i, [`t${i - 1}`]: null })));
    await lab.open([sagaClass]);
    await lab.start(sagaClass);
    expect((await lab.engine.describe('one')).error).toMatchObject({ code: 'INVALID_TAG' });
    expect(await lab.eventsOf('TagsChanged')).toHaveLength(49);
  });
});
