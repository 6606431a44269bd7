import type { Duration, SagaContext } from 'reprise/core';
import { Query, Saga, sagaDefinition, Signal, Step, Update, UpdateValidator } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Lab } from './lab.js';

class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
  constructor(readonly sku: string) {
    super(`no ${sku}`);
  }
}

@Saga({ name: 'cart' })
class Cart {
  items: string[] = [];
  notes: unknown[] = [];
  private done = false;
  private waits = true;

  @Step({ errors: [OutOfStock] }) async reserve(sku: string): Promise<string> {
    return `r-${sku}`;
  }
  @Update() async add(sku: string): Promise<number> {
    this.items.push(await this.reserve(sku));
    return this.items.length;
  }
  @UpdateValidator('add') mayAdd(sku: string): void {
    if (sku === '') throw new RangeError('a sku is needed');
  }
  @Update() async rename(sku: string): Promise<string> {
    return sku.toUpperCase();
  }
  @Signal() note(word: unknown): void {
    this.notes.push(word);
  }
  @Signal() checkOut(waits: boolean): void {
    this.done = true;
    this.waits = waits;
  }
  @Query() content(): string[] {
    return this.items;
  }
  async run(owner: string, saga: SagaContext): Promise<unknown> {
    const early = this.notes.length;
    await saga.until(() => this.done);
    if (this.waits) await saga.until(() => saga.handlersFinished);
    return { owner, items: this.items, notes: this.notes, early };
  }
}

const cart = sagaDefinition(Cart);
const reserve = ([sku]: readonly never[]) => `r-${String(sku)}`;

async function lab(bodies: Record<string, (args: readonly never[]) => unknown> = { reserve }): Promise<Lab> {
  const it = new Lab();
  await it.open([Cart], { bodies });
  await it.start(Cart, 'anna');
  return it;
}

/** Sends an update and waits until nothing moves; what became of it is a promise that never goes unhandled. */
async function send(on: Lab, name: string, args: unknown[], key?: string, acceptTimeout?: Duration) {
  const options = { ...(key ? { key } : {}), ...(acceptTimeout ? { acceptTimeout } : {}) };
  const accepted = on.engine.update(cart, 'one', name, args, options);
  const answer = accepted.then((update) => update.result());
  for (const promise of [accepted, answer]) promise.catch(() => undefined);
  await on.advance(2_000);
  return { accepted, answer };
}

describe('M3 updates', () => {
  it('M3 are accepted and answered, and both is in the history', async () => {
    const on = await lab();
    const { accepted, answer } = await send(on, 'add', ['pen'], 'k');
    expect((await accepted).key).toBe('k');
    await expect(answer).resolves.toBe(1);
    expect(await on.eventsOf('UpdateAccepted')).toEqual([
      { type: 'UpdateAccepted', update: 'k', name: 'add', input: ['pen'] },
    ]);
    expect(await on.eventsOf('UpdateCompleted')).toEqual([{ type: 'UpdateCompleted', update: 'k', result: 1 }]);
    await on.engine.signal('one', 'checkOut', [true]);
    await on.calm();
    await expect(on.result(Cart)).resolves.toMatchObject({ items: ['r-pen'] });
  });

  it('M3 that a validator rejects leave no trace', async () => {
    const on = await lab();
    const before = await on.events();
    const { accepted } = await send(on, 'add', ['']);
    await expect(accepted).rejects.toMatchObject({
      name: 'SagaUpdateError',
      code: 'UPDATE_REJECTED',
      cause: { name: 'RangeError', message: 'a sku is needed' },
    });
    expect(await on.events()).toEqual(before);
  });

  it('M3 whose handler throws fail for their sender with the declared class, and the instance goes on', async () => {
    const on = await lab({
      reserve: ([sku]) => {
        if (sku === 'pen') throw new OutOfStock('pen');
        return `r-${String(sku)}`;
      },
    });
    const { accepted, answer } = await send(on, 'add', ['pen']);
    await accepted;
    const error = await answer.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UPDATE_FAILED', cause: { sku: 'pen' } });
    expect((error as Error).cause).toBeInstanceOf(OutOfStock);
    await expect((await send(on, 'add', ['ink'])).answer).resolves.toBe(1);
  });

  it('M3 with the same key are done once and answered the same: also after a crash, and after the end', async () => {
    const on = await lab();
    await expect((await send(on, 'add', ['pen'], 'k')).answer).resolves.toBe(1);
    await expect((await send(on, 'add', ['pen'], 'k')).answer).resolves.toBe(1);
    await on.open([Cart], { bodies: { reserve } });
    await expect((await send(on, 'add', ['pen'], 'k')).answer).resolves.toBe(1);
    await on.engine.signal('one', 'checkOut', [true]);
    await on.calm();
    await expect((await send(on, 'add', ['pen'], 'k')).answer).resolves.toBe(1);
    await expect(on.result(Cart)).resolves.toMatchObject({ items: ['r-pen'] });
  });

  it('M3 whose process dies while a handler waits for a step are answered by the next process', async () => {
    const on = await lab({ reserve: () => new Promise(() => undefined) });
    const { accepted, answer } = await send(on, 'add', ['pen'], 'k');
    await accepted;
    await on.open([Cart], { bodies: { reserve } });
    await expect(answer).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await expect((await send(on, 'add', ['pen'], 'k')).answer).resolves.toBe(1);
    expect(await on.eventsOf('UpdateAccepted')).toHaveLength(1);
  });

  it('M3 to one that is unknown, has ended, or does not know them, are refused', async () => {
    const on = await lab();
    await expect(on.engine.update(cart, 'nobody', 'add', ['pen'])).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    await expect(on.engine.update(cart, 'one', 'steal', [])).rejects.toMatchObject({
      code: 'UNKNOWN_UPDATE',
      message: expect.stringContaining('add, rename'),
    });
    await on.engine.signal('one', 'checkOut', [true]);
    await on.calm();
    await expect(on.engine.update(cart, 'one', 'add', ['pen'])).rejects.toMatchObject({ code: 'INSTANCE_CLOSED' });
  });

  it('M3 that nobody accepts in time say so, and are done later all the same', async () => {
    const on = new Lab();
    await on.open([]);
    await on.start(Cart, 'anna');
    const { accepted } = await send(on, 'rename', ['pen'], 'k', '1s');
    await expect(accepted).rejects.toMatchObject({ code: 'UPDATE_NOT_ACCEPTED' });
    await on.open([Cart]);
    await expect((await send(on, 'rename', ['pen'], 'k')).answer).resolves.toBe('PEN');
    expect(await on.eventsOf('UpdateAccepted')).toHaveLength(1);
  });

  it('M3 that are under way at the end are named in it, and their senders are told', async () => {
    const on = await lab({ reserve: () => new Promise(() => undefined) });
    const { accepted, answer } = await send(on, 'add', ['pen'], 'k');
    await accepted;
    await on.engine.signal('one', 'checkOut', [false]);
    await on.advance(2_000);
    await expect(answer).rejects.toMatchObject({ code: 'UPDATE_ABANDONED' });
    expect(await on.eventsOf('SagaCompleted')).toMatchObject([{ unfinished: ['k'] }]);
    await expect((await send(on, 'add', ['pen'], 'k')).answer).rejects.toMatchObject({ code: 'UPDATE_ABANDONED' });
  });

  it('M2 queries see what a handler has done so far', async () => {
    let settle: (value: string) => void = () => undefined;
    const on = await lab({ reserve: () => new Promise((resolve) => (settle = resolve)) });
    const { answer } = await send(on, 'add', ['pen']);
    expect(await on.engine.query(cart, 'one', 'content', [])).toEqual([]);
    settle('r-pen');
    await on.advance(2_000);
    expect(await on.engine.query(cart, 'one', 'content', [])).toEqual(['r-pen']);
    await expect(answer).resolves.toBe(1);
  });

  it('M1 come in the order of a burst of 2,000 signals around them', async () => {
    const on = await lab();
    const words = Array.from({ length: 2_000 }, (_, i) => i);
    for (const word of words.slice(0, 1_000)) await on.engine.signal('one', 'note', [word]);
    const { answer } = await send(on, 'add', ['pen']);
    for (const word of words.slice(1_000)) await on.engine.signal('one', 'note', [word]);
    await on.engine.signal('one', 'checkOut', [true]);
    await on.advance(2_000);
    await expect(answer).resolves.toBe(1);
    const result = on.engine.result('one');
    await on.calm();
    await expect(result).resolves.toMatchObject({ notes: words });
  });

  it('W3 survive a death at every moment, and replay from every prefix', async () => {
    const test = testSaga(Cart).step('reserve', (sku) => `r-${sku}`);
    const { points, end } = await crashEverywhere(test, 'anna', async (run) => {
      await expect(run.update('add', 'pen')).resolves.toBe(1);
      await expect(run.update('rename', 'ink')).resolves.toBe('INK');
      await run.signal('checkOut', true);
    });
    expect(points).toBeGreaterThan(5);
    expect(end).toMatchObject({ status: 'completed', result: { items: ['r-pen'] } });
  });
});

describe('M1 signalWithStart', () => {
  const signal = { name: 'note', args: ['hello'] };

  it('M1 gives a new instance the signal before run() begins, and a running one as any other', async () => {
    const on = new Lab();
    await on.open([Cart], { bodies: { reserve } });
    for (let i = 0; i < 2; i++) await on.engine.signalWithStart(cart, 'anna', signal, { id: 'one' });
    await on.engine.signal('one', 'checkOut', [true]);
    await on.calm();
    await expect(on.result(Cart)).resolves.toMatchObject({ early: 1, notes: ['hello', 'hello'] });
  });

  it('M1 restarts one that has ended', async () => {
    const on = await lab();
    await on.engine.signal('one', 'checkOut', [true]);
    await on.calm();
    await on.engine.signalWithStart(cart, 'berta', signal, { id: 'one' });
    await on.calm();
    expect(await on.status()).toBe('running');
    await on.engine.signal('one', 'checkOut', [true]);
    await on.calm();
    await expect(on.result(Cart)).resolves.toMatchObject({ owner: 'berta', early: 1 });
  });
});

describe('M3 updateWithStart', () => {
  it('M3 starts an instance or takes the one that is there, and answers', async () => {
    const on = new Lab();
    await on.open([Cart], { bodies: { reserve } });
    for (const count of [1, 2]) {
      const update = { name: 'add', args: ['pen'] };
      const sent = on.engine.updateWithStart(cart, 'anna', update, { id: 'one' }).then((found) => found.result());
      await on.advance(2_000);
      await expect(sent).resolves.toBe(count);
    }
    expect(await on.eventsOf('SagaStarted')).toHaveLength(1);
  });
});
