import type { SagaContext } from 'reprise/core';
import { Compensate, Query, Saga, sagaDefinition, Signal, Step, Update } from 'reprise/decorators';
import { SagaQueries, type StartOptions } from 'reprise/runtime';
import { MemoryTransaction } from 'reprise/testing';
import { sampleCodec } from '../store/sample-codec.js';
import { Lab } from './lab.js';

const MINUTE = 60_000;

@Saga({ name: 'reindex' })
class Reindex {
  private readonly said: string[] = [];
  @Step() async index(_input: string): Promise<string> {
    return '';
  }
  @Compensate('index') async remove(): Promise<void> {}
  @Signal() say(word: string): void {
    this.said.push(word);
  }
  @Update() async hear(word: string): Promise<number> {
    return this.said.push(word);
  }
  @Query() words(): readonly string[] {
    return this.said;
  }
  async run(input: string, saga: SagaContext): Promise<unknown> {
    const [heard, at] = [[...this.said], saga.now().getTime()];
    const indexed = await this.index(input);
    await saga.sleep('1s');
    return { indexed, heard, said: this.said, at };
  }
}

const definition = sagaDefinition(Reindex);

describe('S10 a start with a delay', () => {
  let lab: Lab;
  let queries: SagaQueries;
  let indexed: string[];
  let begun: number;

  const bodies = {
    index: (args: readonly never[]) => {
      const [input] = args as readonly string[];
      indexed.push(input!);
      return `indexed ${input}`;
    },
  };
  async function start(input: string, options: StartOptions = {}): Promise<void> {
    await lab.engine.start(definition, input, { id: 'one', ...options });
    await lab.calm();
  }
  async function types(): Promise<string[]> {
    return (await lab.events()).map(({ type }) => type);
  }

  beforeEach(async () => {
    lab = new Lab();
    indexed = [];
    queries = new SagaQueries(lab.store);
    await lab.open([Reindex], { bodies });
    begun = lab.clock.now();
  });
  afterEach(() => lab.engine.crash());

  describe('delay', () => {
    it('S10 begins when its time has come, not before, and is a row meanwhile', async () => {
      await start('a', { delay: '10m' });
      const found = await lab.engine.describe('one');
      expect(found).toMatchObject({ status: 'delayed', beginsAt: begun + 10 * MINUTE, startedAt: begun });
      expect(lab.engine.resident).toBe(0);
      await lab.advance(10 * MINUTE - 1);
      expect(indexed).toEqual([]);
      await lab.advance(1);
      expect(indexed).toEqual(['a']);
      expect(await lab.status()).toBe('running');
      await lab.advance(1_000);
      expect(await lab.result(Reindex)).toMatchObject({ indexed: 'indexed a', at: begun + 10 * MINUTE });
      expect((await types()).slice(0, 3)).toEqual(['SagaStarted', 'SagaBegan', 'StepScheduled']);
    });

    it('S10 begins at once with a delay of nothing', async () => {
      await start('a', { delay: 0 });
      expect(indexed).toEqual(['a']);
      expect(await lab.engine.describe('one')).not.toHaveProperty('beginsAt');
    });

    it('S10 is found by its status', async () => {
      await start('a', { delay: '10m' });
      await start('b', { id: 'two' });
      const { instances } = await queries.list({ status: 'delayed' });
      expect(instances.map(({ id }) => id)).toEqual(['one']);
      expect(await queries.count({ status: ['delayed', 'running'] })).toMatchObject({ count: 2 });
      await lab.advance(10 * MINUTE);
      expect(await queries.count({ status: 'delayed' })).toMatchObject({ count: 0 });
    });

    it('S10 outlives every process', async () => {
      await start('a', { delay: '10m' });
      await lab.advance(5 * MINUTE);
      await lab.open([Reindex], { bodies });
      await lab.advance(5 * MINUTE - 1);
      expect(indexed).toEqual([]);
      await lab.advance(2);
      expect(indexed).toEqual(['a']);
    });

    it('S10 keeps signals until it begins, and does not begin early for them', async () => {
      await start('a', { delay: '10m' });
      await lab.engine.signal('one', 'say', ['hello']);
      await lab.advance(10 * MINUTE - 1);
      expect(await lab.status()).toBe('delayed');
      await lab.advance(1_001);
      expect(await lab.result(Reindex)).toMatchObject({ said: ['hello'] });
    });

    it('M1 hands a signal that comes with it over before run() begins', async () => {
      const said = { name: 'say', args: ['hello'] };
      await lab.engine.signalWithStart(definition, 'a', said, { id: 'one', delay: '10m' });
      await lab.engine.signalWithStart(definition, 'b', { name: 'say', args: ['again'] }, { id: 'one', delay: '1m' });
      await lab.advance(10 * MINUTE + 1_000);
      expect(await lab.result(Reindex)).toMatchObject({
        indexed: 'indexed a',
        heard: ['hello'],
        said: ['hello', 'again'],
      });
    });

    it('M3 lets an update wait for its beginning', async () => {
      await start('a', { delay: '20s' });
      const update = lab.engine.update(definition, 'one', 'hear', ['hello']);
      await lab.advance(20_000);
      expect(await (await update).result()).toBe(1);
    });

    it('M2 answers queries before it has begun', async () => {
      const said = { name: 'say', args: ['hello'] };
      await lab.engine.signalWithStart(definition, 'a', said, { id: 'one', delay: '10m' });
      expect(await lab.engine.query(definition, 'one', 'words', [])).toEqual(['hello']);
    });

    it('C7 is cancelled before it has begun with nothing run', async () => {
      await start('a', { delay: '10m' });
      await lab.engine.signal('one', 'say', ['hello']);
      await lab.engine.cancel('one', 'not needed');
      await lab.calm();
      expect(await lab.status()).toBe('cancelled');
      expect(await types()).toEqual(['SagaStarted', 'SignalReceived', 'CancelRequested', 'SagaCancelled']);
      await expect(lab.result(Reindex)).rejects.toMatchObject({ code: 'SAGA_CANCELLED' });
      await lab.advance(20 * MINUTE);
      expect(indexed).toEqual([]);
    });

    it('C4 can be stopped by an operator before it begins, and begins when that is over', async () => {
      const anna = { by: 'anna', reason: 'freeze' };
      await start('a', { delay: '10m' });
      const pausing = lab.engine.control.pause('one', anna);
      await lab.advance(10);
      await pausing;
      expect(await lab.status()).toBe('paused');
      await lab.advance(20 * MINUTE);
      expect(indexed).toEqual([]);
      const resuming = lab.engine.control.resume('one', anna);
      await lab.advance(1_010);
      await resuming;
      expect(await lab.result(Reindex)).toMatchObject({ indexed: 'indexed a' });
    });

    it('C4 that is looked at early goes on waiting', async () => {
      const anna = { by: 'anna', reason: 'freeze' };
      await start('a', { delay: '10m' });
      for (const act of ['pause', 'resume'] as const) {
        const acting = lab.engine.control[act]('one', anna);
        await lab.advance(10);
        await acting;
      }
      expect(await lab.status()).toBe('delayed');
      await lab.advance(10 * MINUTE - 21);
      expect(indexed).toEqual([]);
      await lab.advance(1_001);
      expect(await lab.result(Reindex)).toMatchObject({ at: begun + 10 * MINUTE });
    });

    it('C4 may be terminated before it begins', async () => {
      await start('a', { delay: '10m' });
      const ending = lab.engine.control.terminate('one', { by: 'anna', reason: 'ticket 7' });
      await lab.advance(10);
      await ending;
      expect(await lab.status()).toBe('terminated');
      await lab.advance(20 * MINUTE);
      expect(indexed).toEqual([]);
    });

    it('I1 is what its id stands for', async () => {
      await start('a', { delay: '10m' });
      await start('b');
      await expect(start('c', { onConflict: 'error' })).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
      await lab.advance(10 * MINUTE);
      expect(indexed).toEqual(['a']);
    });

    it('S9 counts from the start in a transaction, and begins only if that commits', async () => {
      for (const [id, end] of [
        ['kept', 'commit'],
        ['gone', 'rollback'],
      ] as const) {
        const manager = new MemoryTransaction(lab.store);
        await start(id, { id, delay: '10m', manager });
        await manager[end]();
      }
      expect(await lab.status('kept')).toBe('delayed');
      await lab.advance(10 * MINUTE);
      expect(indexed).toEqual(['kept']);
    });
  });

  describe('debounce', () => {
    it('S10 begins once, with the last input, when no start has come for that long', async () => {
      for (const input of ['a', 'b', 'c']) {
        await start(input, { debounce: '30s' });
        await lab.advance(20_000);
      }
      expect(indexed).toEqual([]);
      await lab.advance(10_000);
      expect(indexed).toEqual(['c']);
      await lab.advance(1_000);
      expect(await lab.result(Reindex)).toMatchObject({ indexed: 'indexed c', at: begun + 70_000 });
      expect((await queries.list({ idPrefix: 'one' })).instances).toHaveLength(1);
    });

    it('S10 begins at the latest maxWait after the first start', async () => {
      for (let i = 0; i < 5; i++) {
        await start(`${i}`, { debounce: '30s', maxWait: '90s' });
        await lab.advance(20_000);
      }
      expect(indexed).toEqual(['4']);
      expect(await lab.result(Reindex)).toMatchObject({ at: begun + 90_000 });
    });

    it('S10 takes maxWait for a first start that would wait for longer', async () => {
      await start('a', { debounce: '30s', maxWait: '10s' });
      expect((await lab.engine.describe('one')).beginsAt).toBe(begun + 10_000);
    });

    it('S10 leaves alone what has begun, as every start does', async () => {
      await start('a', { debounce: '30s' });
      await lab.advance(30_000);
      await start('b', { debounce: '30s' });
      await expect(start('c', { debounce: '30s', onConflict: 'error' })).rejects.toMatchObject({
        code: 'DUPLICATE_ID',
      });
      await lab.advance(1_000);
      expect(await lab.result(Reindex)).toMatchObject({ indexed: 'indexed a' });
      expect(indexed).toEqual(['a']);
    });

    it('S10 starts again what has ended, unless it is told otherwise', async () => {
      await start('a', { debounce: '30s' });
      await lab.advance(31_000);
      await start('b', { debounce: '30s', onClosed: 'return' });
      expect(await lab.status()).toBe('completed');
      await start('c', { debounce: '30s' });
      expect(await lab.status()).toBe('delayed');
      await lab.advance(31_000);
      expect(indexed).toEqual(['a', 'c']);
    });

    it('S10 keeps the signals of every start', async () => {
      for (const word of ['a', 'b', 'c']) {
        await lab.engine.signalWithStart(
          definition,
          word,
          { name: 'say', args: [word] },
          { id: 'one', debounce: '30s' },
        );
        await lab.advance(10_000);
      }
      await lab.advance(31_000);
      expect(await lab.result(Reindex)).toMatchObject({ indexed: 'indexed c', said: ['a', 'b', 'c'] });
    });

    it('I2 replaces an input that is encrypted', async () => {
      await lab.open([Reindex], { bodies, codec: sampleCodec() });
      await start('a', { debounce: '30s' });
      await start('b', { debounce: '30s' });
      const { key } = await lab.engine.describe('one');
      expect(JSON.stringify(await lab.store.history(key))).not.toContain('"b"');
      await lab.advance(31_000);
      expect(await lab.result(Reindex)).toMatchObject({ indexed: 'indexed b' });
    });

    it('S10 moves what was started with a delay, too', async () => {
      await start('a', { delay: '10m' });
      await start('b', { debounce: '30s' });
      await lab.advance(30_000);
      expect(indexed).toEqual(['b']);
    });

    it('S10 comes too late for one that begins in the very moment', async () => {
      await start('a', { debounce: '30s' });
      await lab.advance(29_999);
      let once = true;
      lab.store.after = async (method) => {
        if (method !== 'find' || !once) return;
        once = false;
        await lab.advance(1);
      };
      await start('b', { debounce: '30s' });
      await lab.advance(60_000);
      expect(indexed).toEqual(['a']);
    });

    it('S10 is cancelled as any other, and a start after that is a new one', async () => {
      await start('a', { debounce: '30s' });
      await lab.engine.cancel('one');
      await lab.calm();
      expect(await lab.status()).toBe('cancelled');
      await start('b', { debounce: '30s' });
      await lab.advance(31_000);
      expect(indexed).toEqual(['b']);
    });

    it('I1 leaves another saga alone that has the id', async () => {
      @Saga({ name: 'other' })
      class Other {
        async run(input: string): Promise<string> {
          return input;
        }
      }
      await lab.open([Reindex, Other], { bodies });
      await start('a', { debounce: '30s' });
      await lab.engine.start(sagaDefinition(Other), 'b', { id: 'one', debounce: '30s' });
      await lab.advance(31_000);
      expect(await lab.result(Reindex)).toMatchObject({ indexed: 'indexed a' });
    });

    it('D8 goes on as the version of the last start', async () => {
      @Saga({ name: 'reindex', version: 2 })
      class Newer {
        async run(input: string): Promise<string> {
          return `newer ${input}`;
        }
      }
      await start('a', { debounce: '30s' });
      await lab.open([Reindex, Newer], { bodies });
      await lab.engine.start(sagaDefinition(Newer), 'b', { id: 'one', debounce: '30s' });
      await lab.advance(31_000);
      expect(await lab.result(Newer)).toBe('newer b');
    });
  });

  it.each<[string, StartOptions, string]>([
    ['a delay that is none', { delay: 'soon' as '1s' }, 'INVALID_DURATION'],
    ['a debounce that is none', { debounce: 'soon' as '1s' }, 'INVALID_DURATION'],
    ['a delay and a debounce', { delay: '1s', debounce: '1s' }, 'INVALID_CONFIGURATION'],
    ['a maxWait without a debounce', { delay: '1s', maxWait: '1s' }, 'INVALID_CONFIGURATION'],
    ['a debounce in a transaction', { debounce: '1s', manager: {} }, 'INVALID_CONFIGURATION'],
  ])('refuses %s', async (_what, options, code) => {
    await expect(start('a', options)).rejects.toMatchObject({ code });
    await expect(lab.engine.describe('one')).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
  });

  it('refuses a debounce without an id, and an update that would wait for the start that it comes with', async () => {
    await expect(lab.engine.start(definition, 'a', { debounce: '1s' })).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
    });
    const update = { name: 'hear', args: ['a'] };
    await expect(lab.engine.updateWithStart(definition, 'a', update, { id: 'one', delay: '1s' })).rejects.toMatchObject(
      { code: 'INVALID_CONFIGURATION' },
    );
  });
});
