import { SagaError, type SagaContext } from 'reprise/core';
import { Compensate, Saga, sagaDefinition, Signal, Step } from 'reprise/decorators';
import type { SagaEngine } from 'reprise/runtime';
import { Deferred } from './deferred.js';
import { Lab, type Body } from './lab.js';

@Saga({ name: 'worked' })
class Worked {
  private said: string[] = [];
  @Step({ timeout: '1 hour', deadline: '10 days' }) async first(_id: string): Promise<string> {
    return '';
  }
  @Compensate('first') async undoFirst(): Promise<void> {}
  @Step({ timeout: '1 hour', deadline: '10 days' }) async second(_id: string): Promise<string> {
    return '';
  }
  @Signal() say(word: string): void {
    this.said.push(word);
  }
  async run(kind: 'plain' | 'wait' | 'sleep', saga: SagaContext): Promise<unknown> {
    const first = await this.first(saga.id);
    if (kind === 'wait') await saga.until(() => this.said.length > 0);
    if (kind === 'sleep') await saga.sleep('5 minutes');
    return [first, await this.second(saga.id), ...this.said];
  }
}

const definition = sagaDefinition(Worked);
const bodies: Record<string, Body> = { first: () => 1, second: () => 2 };
const away = () => new SagaError('STORE_UNAVAILABLE', 'The store is away.');

describe('W2 a worker that is taken for dead', () => {
  it('W2 what a halted worker still writes is refused whole, and nothing of it is seen', async () => {
    const lab = new Lab();
    const steps = new Deferred();
    const options = { lease: '9s', poll: '1s' } as const;
    let attempts = 0;
    const hanging = { ...bodies, first: () => (attempts++ === 0 ? steps.body('first')() : 1) };
    const first = await lab.open([Worked], { ...options, bodies: hanging });
    await lab.start(Worked, 'plain');
    let holding = true;
    let goOn: () => void = () => undefined;
    let cut = true;
    lab.store.before = (method) => {
      if (cut && method === 'heartbeat') throw away();
      return holding && method === 'append' ? new Promise((resolve) => (goOn = resolve)) : undefined;
    };
    steps.resolve('first', 'from the dead');
    await lab.advance(5_000);
    holding = cut = false;
    const second = await lab.second([Worked], { ...options, bodies });
    cut = true;
    await lab.advance(4_500);
    cut = false;
    await lab.advance(3_000);
    expect(await lab.status()).toBe('completed');
    const ended = await lab.events();
    goOn();
    await lab.calm();
    expect(await lab.events()).toEqual(ended);
    await expect(lab.result(Worked)).resolves.toEqual([1, 2]);
    await Promise.all([first.crash(), second.crash()]);
  });

  it('W2 W1 loses its instances within the lease time; when it comes back it drops what it held and begins anew', async () => {
    const lab = new Lab();
    const steps = new Deferred();
    const options = { lease: '9s', poll: '1s' } as const;
    const first = await lab.open([Worked], { ...options, bodies: { ...bodies, first: steps.body('first') } });
    await lab.start(Worked, 'plain');
    let cut = true;
    lab.store.before = (method) => {
      if (cut && method === 'heartbeat') throw away();
    };
    await lab.advance(5_000);
    cut = false;
    const second = await lab.second([Worked], { ...options, bodies });
    cut = true;
    expect(second.resident).toBe(0);
    // The first is cut off from the heartbeat only until its lease is over.
    await lab.advance(4_500);
    cut = false;
    await lab.advance(3_000);
    expect(lab.warnings).toContainEqual(expect.stringContaining('The lease was lost'));
    expect(first.resident + second.resident).toBeLessThanOrEqual(1);
    await lab.advance(10_000);
    for (const name of [...steps.names]) steps.resolve(name, 'late');
    await lab.calm();
    expect(await lab.status()).toBe('completed');
    await lab.engine.start(definition, 'plain', { id: 'two' });
    await lab.calm();
    for (const name of [...steps.names]) steps.resolve(name, 'first');
    await lab.advance(2_000);
    expect(await lab.status('two')).toBe('completed');
    await Promise.all([first.crash(), second.crash()]);
  });

  it('W1 two workers over one store run each instance once', async () => {
    const lab = new Lab();
    const ran: string[] = [];
    const counting: Record<string, Body> = {
      first: ([id]) => void ran.push(`first ${String(id)}`),
      second: ([id]) => void ran.push(`second ${String(id)}`),
    };
    await lab.open([]);
    for (let i = 0; i < 50; i++) await lab.start(Worked, 'plain', `w-${i}`);
    const both = [await lab.second([Worked], { bodies: counting }), await lab.second([Worked], { bodies: counting })];
    await lab.advance(5_000);
    expect(ran).toHaveLength(100);
    expect(new Set(ran).size).toBe(100);
    await Promise.all(both.map((engine) => engine.crash()));
  });
});

describe('M4 memory', () => {
  it('M4 no more instances are in memory than the capacity, all come to an end, and those that wait make room', async () => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies, capacity: 3, poll: '1s' });
    let most = 0;
    for (let i = 0; i < 12; i++) {
      await lab.start(Worked, i % 2 === 0 ? 'wait' : 'sleep', `c-${i}`);
      most = Math.max(most, engine.resident);
    }
    expect(most).toBeLessThanOrEqual(3);
    await lab.advance(10_000);
    expect(engine.resident).toBeLessThanOrEqual(3);
    for (let i = 0; i < 12; i += 2) await lab.engine.signal(`c-${i}`, 'say', ['go']);
    await lab.advance(400_000);
    for (let i = 0; i < 12; i++) expect([i, await lab.status(`c-${i}`)]).toEqual([i, 'completed']);
    await engine.crash();
  });
});

describe('W6 a store that is away for a while', () => {
  const methods = ['append', 'heartbeat', 'claim', 'unread', 'release', 'find', 'findMany', 'history'] as const;

  it.each(methods)('W6 nothing is lost while %s fails', async (failing) => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listen);
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies, lease: '30s', poll: '1s' });
    await lab.start(Worked, 'wait', 'before');
    await lab.start(Worked, 'sleep', 'asleep');
    const heard = engine.result('before').catch((error: unknown) => error);
    let isAway = true;
    lab.store.before = (method) => {
      if (isAway && method === failing) throw away();
    };
    const started = engine.start(definition, 'plain', { id: 'during' });
    started.catch(() => undefined);
    await engine.signal('before', 'say', ['hello']);
    await lab.advance(20_000);
    isAway = false;
    await lab.advance(400_000);
    await started;
    for (const id of ['before', 'asleep', 'during']) expect([id, await lab.status(id)]).toEqual([id, 'completed']);
    await expect(heard).resolves.toEqual([1, 2, 'hello']);
    expect(unhandled).toEqual([]);
    await engine.crash();
    process.off('unhandledRejection', listen);
  });

  it('W6 whoever starts an instance meanwhile is told so in time, and starts it again without harm', async () => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies, startTimeout: '5s' });
    let isAway = true;
    lab.store.before = (method) => {
      if (isAway && method === 'append') throw away();
    };
    const started = engine.start(definition, 'plain', { id: 'o1' }).catch((error: unknown) => error);
    await lab.advance(5_000);
    expect(await started).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    isAway = false;
    const again = engine.start(definition, 'plain', { id: 'o1' });
    await lab.advance(10_000);
    expect(await again).toBe('o1');
    expect(await lab.status('o1')).toBe('completed');
    expect(lab.store.journal.filter((type) => type === 'SagaStarted')).toHaveLength(1);
    await engine.crash();
  });

  it('tells whoever waits for a result that the time is up, and the one who waits longer the result', async () => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies });
    await lab.start(Worked, 'wait', 'o1');
    const short = engine.result('o1', { timeout: '1 minute' }).catch((error: unknown) => error);
    const long = engine.result('o1', { timeout: '1 hour' });
    await lab.advance(60_000);
    expect(await short).toMatchObject({ code: 'RESULT_TIMED_OUT' });
    await engine.signal('o1', 'say', ['hello']);
    await lab.advance(1_000);
    await expect(long).resolves.toEqual([1, 2, 'hello']);
    await engine.crash();
  });

  it.each(['append', 'claim', 'unread', 'release', 'heartbeat', 'findMany'] as const)(
    'W6 W3 nothing is lost or done twice when every other answer of %s is lost after it went through',
    async (failing) => {
      const ran: string[] = [];
      const lab = new Lab();
      const engine = await lab.open([Worked], {
        bodies: {
          first: ([id]) => void ran.push(`first ${String(id)}`),
          second: ([id]) => void ran.push(`second ${String(id)}`),
        },
        lease: '30s',
        poll: '1s',
      });
      let calls = 0;
      lab.store.after = (method) => {
        if (method === failing && calls++ % 2 === 0) throw away();
      };
      const ids = Array.from({ length: 10 }, (_, i) => `x-${i}`);
      const starting = ids.map((id, i) => engine.start(definition, i % 2 ? 'plain' : 'sleep', { id }));
      await lab.advance(60_000);
      await Promise.all(starting);
      await lab.advance(400_000);
      for (const id of ids) expect([id, await lab.status(id)]).toEqual([id, 'completed']);
      expect(ran.sort()).toEqual([...ids.map((id) => `first ${id}`), ...ids.map((id) => `second ${id}`)].sort());
      await engine.crash();
    },
  );

  it('W3 a turn that the store will never take parks its instance, and no other', async () => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies });
    const append = lab.store.append.bind(lab.store);
    lab.store.append = async (worker, turns) => {
      if (turns.some(({ turn }) => JSON.stringify(turn).includes('"poison"'))) throw new Error('invalid input syntax');
      return append(worker, turns);
    };
    const ids = ['poison', 'a', 'b'];
    await lab.start(Worked, 'plain', 'a');
    await Promise.allSettled(ids.map((id) => engine.start(definition, 'wait', { id: `w-${id}` })));
    await lab.calm();
    await engine.signal('w-a', 'say', ['poison']);
    await engine.signal('w-b', 'say', ['fine']);
    await lab.calm();
    expect(await lab.status('w-b')).toBe('completed');
    expect(await lab.incident('w-a')).toMatch(/^APPEND_REJECTED.*invalid input syntax/);
    const turns = async () => (await engine.history('w-a')).length;
    const before = await turns();
    await lab.advance(59_000);
    expect(await turns()).toBe(before);
    await lab.advance(600_000);
    expect(await turns()).toBeLessThan(before + 25);
    lab.store.append = append;
    await lab.advance(60_000);
    await expect(lab.result(Worked, 'w-a')).resolves.toEqual([1, 2, 'poison']);
  });
});

describe('I1 identity', () => {
  const start = (engine: SagaEngine, options: Parameters<SagaEngine['start']>[2]) =>
    engine.start(definition, 'wait', { id: 'one', ...options });

  it('I1 an id starts one open instance, however often and from however many processes', async () => {
    const lab = new Lab();
    let asked = 0;
    const counting = { ...bodies, first: () => ++asked };
    const engines = [
      await lab.open([Worked], { bodies: counting }),
      await lab.second([Worked], { bodies: counting }),
      await lab.second([]),
    ];
    const ids = await Promise.all(engines.flatMap((engine) => [start(engine, {}), start(engine, {})]));
    await lab.calm();
    expect(new Set(ids)).toEqual(new Set(['one']));
    expect(asked).toBe(1);
  });

  it('I1 the second start is an error if asked, and its input is of no matter', async () => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies });
    await start(engine, {});
    await expect(start(engine, { onConflict: 'error' })).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
    await expect(start(engine, { onConflict: 'return' })).resolves.toBe('one');
    await expect(start(engine, { onClosed: 'restart' })).resolves.toBe('one');
    expect(await lab.eventsOf('SagaStarted')).toHaveLength(1);
  });

  it('I1 what happens to an id that has ended is a policy', async () => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies });
    await start(engine, {});
    await engine.signal('one', 'say', ['go']);
    await lab.calm();
    const { key } = await engine.describe('one');
    await expect(start(engine, { onClosed: 'error' })).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
    await expect(start(engine, {})).resolves.toBe('one');
    expect((await engine.describe('one')).key).toEqual(key);
    await expect(start(engine, { onClosed: 'restart' })).resolves.toBe('one');
    await lab.calm();
    const again = await engine.describe('one');
    expect(again.key).not.toEqual(key);
    expect(again.status).toBe('running');
  });

  it.each<[string, unknown]>([
    ['empty', ''],
    ['too long', 'x'.repeat(201)],
    ['with NUL', 'a\0b'],
    ['no text', 17],
  ])('I1 refuses an id that is %s', async (_what, id) => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies });
    await expect(start(engine, { id: id as string })).rejects.toMatchObject({ code: 'INVALID_ID' });
  });

  it.each<[string, unknown, string]>([
    ['a function', { f: () => 1 }, 'NOT_SERIALISABLE'],
    ['too much', 'x'.repeat(1_000_001), 'PAYLOAD_TOO_LARGE'],
  ])('I2 an input with %s is refused before anything is stored', async (_what, input, code) => {
    const lab = new Lab();
    const engine = await lab.open([Worked], { bodies });
    await expect(engine.start(definition, input, { id: 'one' })).rejects.toMatchObject({ code });
    await expect(engine.describe('one')).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
  });
});
