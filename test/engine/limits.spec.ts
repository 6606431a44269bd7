import type { SagaContext, StepLimitStatus } from 'reprise/core';
import { Compensate, Saga, sagaDefinition, Step, type SagaClass } from 'reprise/decorators';
import type { SagaEngine } from 'reprise/runtime';
import { Deferred } from './deferred.js';
import { Lab } from './lab.js';

const LONG = { timeout: '1 hour', deadline: '10 days' } as const;

/** A saga of one step with this limit; the step's body is settled by the name of the instance. */
function limited(limit: object, more: object = LONG): SagaClass {
  @Saga({ name: 'limited' })
  class Limited {
    @Step({ ...more, limit }) async work(name: string): Promise<string> {
      return name;
    }
    @Compensate('work') async undo(): Promise<void> {}
    async run(input: { readonly fail?: boolean }, saga: SagaContext): Promise<string> {
      const done = await this.work(saga.id);
      if (input.fail) throw new Error('no');
      return done;
    }
  }
  return Limited;
}

class Bench {
  readonly lab = new Lab();
  readonly steps = new Deferred();
  readonly bodies = { work: this.steps.byArgument, undo: () => undefined };

  async start(sagaClass: SagaClass, ...ids: string[]): Promise<void> {
    for (const id of ids) await this.startOn(this.lab.engine, sagaClass, id);
  }

  async startOn(engine: SagaEngine, sagaClass: SagaClass, id: string, input: object = {}): Promise<void> {
    await engine.start(sagaDefinition(sagaClass), input, { id });
    await this.lab.calm();
  }

  async finish(id: string): Promise<void> {
    this.steps.resolve(id, id);
    await this.lab.calm();
  }

  async limit(): Promise<StepLimitStatus> {
    return (await this.lab.engine.limits.list())[0]!;
  }
}

describe('S10 a limited step', () => {
  it('S10 has no more attempts under way in a process than it may', async () => {
    const bench = new Bench();
    const saga = limited({ perProcess: 2 });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'a', 'b', 'c', 'd');
    expect(bench.steps.names).toEqual(['a', 'b']);
    await bench.finish('b');
    expect(bench.steps.names).toEqual(['a', 'c']);
    for (const id of ['a', 'c', 'd']) await bench.finish(id);
    for (const id of ['a', 'b', 'c', 'd']) await expect(bench.lab.result(saga, id)).resolves.toBe(id);
    await bench.lab.engine.crash();
  });

  it('S10 has no more attempts under way in all processes than it may, and tells who waits', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 2 });
    const first = await bench.lab.open([saga], { bodies: bench.bodies });
    const second = await bench.lab.second([saga], { bodies: bench.bodies });
    for (const id of ['a', 'b', 'c']) await bench.startOn(first, saga, id);
    for (const id of ['d', 'e']) await bench.startOn(second, saga, id);
    expect(bench.steps.names).toEqual(['a', 'b']);
    const since = bench.lab.clock.now();
    expect(await bench.limit()).toMatchObject({ limit: { concurrency: 2 }, held: 2, waiting: 3, waitingSince: since });
    const order = [];
    while (bench.steps.names.length > 0) {
      expect(bench.steps.names.length).toBeLessThanOrEqual(2);
      order.push(bench.steps.names[0]!);
      await bench.finish(bench.steps.names[0]!);
    }
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await bench.limit()).toMatchObject({ held: 0, waiting: 0 });
    await Promise.all([first.crash(), second.crash()]);
  });

  it('S10 lets keys take turns: one that floods does not hold up the others', async () => {
    for (const limit of [{ perProcess: 1 }, { concurrency: 1, scope: 'step' }]) {
      const bench = new Bench();
      const saga = limited({ ...limit, key: (name: string) => name.split('-')[0]! });
      await bench.lab.open([saga], { bodies: bench.bodies });
      const flood = Array.from({ length: 1_000 }, (_, i) => `flood-${i}`);
      await Promise.all(flood.map((id) => bench.lab.engine.start(sagaDefinition(saga), {}, { id })));
      await bench.lab.calm();
      const few = Array.from({ length: 5 }, (_, i) => `few-${i}`);
      await bench.start(saga, ...few);
      let steps = 0;
      for (const open = new Set(few); open.size > 0; steps++) {
        const [running] = bench.steps.names;
        open.delete(running!);
        await bench.finish(running!);
      }
      expect(steps).toBeLessThanOrEqual(11);
      await bench.lab.engine.crash();
    }
  });

  it('S10 limits every key for itself by default', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1, key: (name: string) => name[0]! });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'a1', 'a2', 'b1', 'b2');
    expect(bench.steps.names).toEqual(['a1', 'b1']);
    await bench.finish('b1');
    expect(bench.steps.names).toEqual(['a1', 'b2']);
    await bench.lab.engine.crash();
  });

  it('S10 lets those with a higher priority go first', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1, priority: (name: string) => Number(name) });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, '0', '1', '5', '3');
    for (const expected of ['0', '5', '3', '1']) {
      expect(bench.steps.names).toEqual([expected]);
      await bench.finish(expected);
    }
    await bench.lab.engine.crash();
  });

  it('S10 lets no more begin in a span of time than the rate, and goes on when time has passed', async () => {
    const bench = new Bench();
    const saga = limited({ rate: { count: 2, per: '1 minute' } });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'a', 'b', 'c', 'd', 'e');
    await bench.finish('a');
    await bench.finish('b');
    expect(bench.steps.names).toEqual([]);
    await bench.lab.advance(59_999);
    expect(bench.steps.names).toEqual([]);
    await bench.lab.advance(1);
    expect(bench.steps.names).toEqual(['c', 'd']);
    await bench.lab.advance(60_000);
    expect(bench.steps.names).toEqual(['c', 'd', 'e']);
    await bench.lab.engine.crash();
  });

  it('S10 S5 costs no attempt and no attempt time to wait, but the deadline of the step', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 }, { timeout: '10s', deadline: '1 minute', retry: false });
    await bench.lab.open([saga], { bodies: { ...bench.bodies } });
    await bench.start(saga, 'a', 'b', 'c');
    await bench.lab.advance(9_000);
    await bench.finish('a');
    await bench.lab.advance(9_000);
    await bench.finish('b');
    await expect(bench.lab.result(saga, 'b')).resolves.toBe('b');
    expect(bench.steps.names).toEqual(['c']);
    await bench.finish('c');
    await bench.lab.engine.limits.pause('limited', 'work', { by: 'anna', reason: '' });
    await bench.start(saga, 'd');
    await bench.lab.advance(60_000);
    const [unknown] = await bench.lab.eventsOf('StepOutcomeUnknown', 'd');
    expect(unknown).toMatchObject({ attempts: 0, error: { code: 'STEP_DEADLINE_PASSED' } });
    expect(await bench.limit()).toMatchObject({ waiting: 0, held: 0 });
    await bench.lab.engine.crash();
  });

  it('S10 gives its permit back between two attempts, and for an attempt whose time is up', async () => {
    const bench = new Bench();
    const saga = limited(
      { concurrency: 1 },
      { timeout: '10s', deadline: '1 day', retry: { backoff: '20s', jitter: 0 } },
    );
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'a', 'b');
    await bench.lab.advance(10_000);
    expect(bench.steps.names).toEqual(['a', 'b']);
    bench.steps.reject('b', new Error('later'));
    await bench.lab.calm();
    expect(await bench.limit()).toMatchObject({ held: 0, waiting: 0 });
    await bench.lab.advance(20_000);
    expect(bench.steps.names).toEqual(['a', 'a']);
    await bench.lab.engine.crash();
  });

  it('S10 W2 leaves no permit behind when its worker dies', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 });
    const options = { bodies: bench.bodies, lease: '9s', poll: '1s' } as const;
    const first = await bench.lab.open([saga], options);
    const second = await bench.lab.second([saga], options);
    await bench.startOn(first, saga, 'a');
    await bench.startOn(first, saga, 'b');
    await bench.startOn(second, saga, 'c');
    expect(bench.steps.names).toEqual(['a']);
    await first.crash();
    bench.steps.resolve('a', 'from the dead');
    await bench.lab.advance(12_000);
    expect(bench.steps.names).toHaveLength(1);
    expect(await second.limits.list()).toMatchObject([{ held: 1, waiting: 2 }]);
    for (let ended = 0; ended < 3; ended++) await bench.finish(bench.steps.names[0]!);
    for (const id of ['a', 'b', 'c']) expect((await second.describe(id)).status).toBe('completed');
    await second.crash();
  });

  it('S10 W4 makes room for others as soon as its worker begins to stop', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 });
    const first = await bench.lab.open([saga], { bodies: bench.bodies });
    const second = await bench.lab.second([saga], { bodies: bench.bodies });
    await bench.startOn(first, saga, 'a');
    await bench.startOn(first, saga, 'b');
    await bench.startOn(second, saga, 'c');
    const closing = first.close('1 hour');
    await bench.lab.calm();
    expect(await second.limits.list()).toMatchObject([{ held: 1, waiting: 1 }]);
    bench.steps.resolve('a', 'a');
    await bench.lab.advance(20);
    await closing;
    expect(bench.steps.names[0]).toBe('c');
    await second.crash();
  });

  it('S10 finds a permit that was granted when the answer was lost', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 });
    await bench.lab.open([saga], { bodies: bench.bodies, poll: '1s' });
    const { limits } = bench.lab.store;
    const take = limits.take.bind(limits);
    let lost = 0;
    limits.take = async (...args) => {
      const taken = await take(...args);
      if (taken.granted.length > 0 && lost++ === 0) throw new Error('connection lost');
      return taken;
    };
    await bench.start(saga, 'a');
    expect(bench.steps.names).toEqual([]);
    await bench.lab.advance(1_000);
    expect(bench.steps.names).toEqual(['a']);
    await bench.start(saga, 'b');
    await bench.finish('a');
    expect(bench.steps.names).toEqual(['b']);
    expect(lost).toBe(2);
    await bench.lab.engine.crash();
  });

  it('S10 S4 fails at once when its key cannot be told', async () => {
    const bench = new Bench();
    const keys: unknown[] = [
      () => {
        throw new Error('no customer');
      },
      () => 17,
      () => 'x'.repeat(201),
    ];
    for (const key of keys) {
      const saga = limited({ concurrency: 1, key });
      await bench.lab.open([saga], { bodies: bench.bodies });
      const id = `keyed ${keys.indexOf(key)}`;
      await bench.start(saga, id);
      expect(await bench.lab.eventsOf('StepFailed', id)).toMatchObject([
        { kind: 'fatal', error: { code: 'LIMIT_KEY_FAILED' } },
      ]);
    }
    const saga = limited({ concurrency: 1, priority: () => NaN });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'prior');
    expect(await bench.lab.eventsOf('StepFailed', 'prior')).toHaveLength(1);
    await bench.lab.engine.crash();
  });

  it('S10 C7 takes its place back when the instance is cancelled while it waits', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'a', 'b', 'c');
    await bench.lab.engine.cancel('b');
    await bench.lab.calm();
    expect(await bench.lab.status('b')).toBe('cancelled');
    expect(await bench.limit()).toMatchObject({ held: 1, waiting: 1 });
    await bench.finish('a');
    expect(bench.steps.names).toEqual(['c']);
    await bench.lab.engine.crash();
  });
});

describe('S10 limits at run time', () => {
  it('S10 hold at once for all workers, above what code declares, until they are cleared', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'a', 'b', 'c', 'd');
    const { limits } = bench.lab.engine;
    await limits.set('limited', 'work', { concurrency: 3 });
    await bench.lab.calm();
    expect(bench.steps.names).toEqual(['a', 'b', 'c']);
    expect(await bench.limit()).toMatchObject({ limit: { concurrency: 3 }, declared: { concurrency: 1 } });
    await limits.clear('limited', 'work');
    for (const id of ['a', 'b']) await bench.finish(id);
    expect(bench.steps.names).toEqual(['c']);
    await bench.lab.engine.crash();
  });

  it('S10 limit a step that code does not limit, and let it go when they are cleared', async () => {
    const bench = new Bench();
    const saga = limited({ priority: () => 0 });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.start(saga, 'before');
    await bench.lab.engine.limits.set('limited', 'work', { concurrency: 1 });
    await bench.start(saga, 'a', 'b', 'c');
    expect(bench.steps.names).toEqual(['before', 'a']);
    await bench.lab.engine.limits.clear('limited', 'work');
    await bench.lab.calm();
    expect(bench.steps.names).toEqual(['before', 'a', 'b', 'c']);
    expect(await bench.limit()).toMatchObject({ limit: {}, held: 1, waiting: 0 });
    await bench.lab.engine.crash();
  });

  it('S10 pause a kind of step on every worker, with who, why and when, and not its compensation', async () => {
    const bench = new Bench();
    const saga = limited({ priority: () => 0 });
    const first = await bench.lab.open([saga], { bodies: bench.bodies });
    const second = await bench.lab.second([saga], { bodies: bench.bodies });
    await bench.startOn(first, saga, 'before', { fail: true });
    const at = bench.lab.clock.now();
    await first.limits.pause('limited', 'work', { by: 'anna', reason: 'the provider is down' });
    await bench.startOn(first, saga, 'a');
    await bench.startOn(second, saga, 'b');
    expect(bench.steps.names).toEqual(['before']);
    const paused = { by: 'anna', reason: 'the provider is down', at };
    expect(await bench.limit()).toMatchObject({ step: 'work', paused, waiting: 2 });
    await bench.finish('before');
    expect(await bench.lab.status('before')).toBe('compensated');
    expect(await second.limits.resume('limited', 'work', { by: 'ben' })).toBe(true);
    await bench.lab.calm();
    expect([...bench.steps.names].sort()).toEqual(['a', 'b']);
    expect(await second.limits.resume('limited', 'work', { by: 'ben' })).toBe(false);
    await Promise.all([first.crash(), second.crash()]);
  });

  it('S10 pause a compensation by its own name', async () => {
    const bench = new Bench();
    const saga = limited({ perProcess: 9 });
    await bench.lab.open([saga], { bodies: bench.bodies });
    await bench.lab.engine.limits.pause('limited', 'undo', { by: 'anna', reason: '' });
    await bench.startOn(bench.lab.engine, saga, 'a', { fail: true });
    await bench.finish('a');
    await bench.lab.advance(86_400_000);
    expect(await bench.lab.status('a')).toBe('compensating');
    await bench.lab.engine.limits.resume('limited', 'undo', { by: 'anna' });
    await bench.lab.calm();
    expect(await bench.lab.status('a')).toBe('compensated');
    await bench.lab.engine.crash();
  });

  it('S10 W7 reach a worker by its next look when no hint comes', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 });
    const { limits } = bench.lab.store;
    limits.onChange = () => () => undefined;
    await bench.lab.open([saga], { bodies: bench.bodies, poll: '1s' });
    await bench.start(saga, 'a', 'b');
    await limits.set({ saga: 'limited', step: 'work' }, { concurrency: 2 });
    await bench.lab.advance(1_000);
    expect(bench.steps.names).toEqual(['a', 'b']);
    await bench.lab.engine.crash();
  });

  it('S10 ask the store nothing for steps that have none', async () => {
    const bench = new Bench();
    const saga = limited({ priority: () => 0 });
    await bench.lab.open([saga], { bodies: bench.bodies });
    const { limits } = bench.lab.store;
    let asked = 0;
    limits.request = async () => void asked++;
    await bench.start(saga, 'a', 'b');
    expect(bench.steps.names).toEqual(['a', 'b']);
    for (const id of ['a', 'b']) await bench.finish(id);
    expect(asked).toBe(0);
    await bench.lab.engine.crash();
  });

  it('refuse what is no limit, and a step that the saga does not have', async () => {
    const bench = new Bench();
    const saga = limited({ concurrency: 1 });
    const { limits } = await bench.lab.open([saga], { bodies: bench.bodies });
    const invalid = { code: 'INVALID_LIMIT' };
    await expect(limits.set('limited', 'work', { concurrency: 0.5 })).rejects.toMatchObject(invalid);
    await expect(limits.set('limited', 'work', {})).rejects.toMatchObject(invalid);
    await expect(limits.set('limited', 'work', { rate: { count: 0, per: 1_000 } })).rejects.toMatchObject(invalid);
    await expect(limits.set('limited', 'wrok', { concurrency: 1 })).rejects.toThrow('It has: work, undo.');
    await expect(limits.pause('limited', 'wrok', { by: '', reason: '' })).rejects.toMatchObject(invalid);
    await expect(limits.set('elsewhere', 'pay', { concurrency: 1 })).resolves.toBeUndefined();
    await bench.lab.engine.crash();
    await expect(limits.list()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});
