import { type SagaContext } from 'reprise/core';
import { Query, Saga, sagaDefinition, Signal, Step, type SagaClass } from 'reprise/decorators';
import { Lab } from './lab.js';

function listening(
  onSay: (saga: { said: unknown[] }, word: unknown) => void = ({ said }, word) => void said.push(word),
): SagaClass {
  @Saga({ name: 'listening' })
  class Listening {
    said: unknown[] = [];
    @Step() async work(): Promise<string> {
      return 'worked';
    }
    @Signal() say(word: unknown): void {
      onSay(this, word);
    }
    @Query() heard(): unknown {
      return this.said;
    }
    @Query() broken(): unknown {
      throw new Error('cannot tell');
    }
    @Query() greedy(): unknown {
      return this.work().then(() => 1);
    }
    private saga?: SagaContext;
    @Query() draw(): unknown {
      return this.saga?.uuid();
    }
    @Query() chance(): unknown {
      return this.saga?.random();
    }
    async run(wanted: number, saga: SagaContext): Promise<unknown> {
      Object.defineProperty(this, 'saga', { value: saga });
      await this.work();
      await saga.until(() => this.said.length >= wanted);
      return this.said;
    }
  }
  return Listening;
}

const Listening = listening();

@Saga({ name: 'timed' })
class Timed {
  woken: string[] = [];
  @Query() order(): string[] {
    return this.woken;
  }
  async run(_input: unknown, saga: SagaContext): Promise<string[]> {
    const nap = async (name: string, time: '3h' | '1h' | '2h') => {
      await saga.sleep(time);
      this.woken.push(`${name} ${saga.now().toISOString()}`);
    };
    await Promise.all([nap('a', '3h'), nap('b', '1h'), nap('c', '2h')]);
    return this.woken;
  }
}

const hours = (n: number): number => n * 3_600_000;

describe('M1 signals', () => {
  it('M1 a signal that comes before the wait, and before the first turn, is not lost', async () => {
    const lab = new Lab();
    await lab.open([]);
    await lab.start(Listening, 2);
    await lab.engine.signal('one', 'say', ['before anything']);
    await lab.open([Listening], { bodies: { work: () => 'worked' } });
    await lab.calm();
    await lab.engine.signal('one', 'say', ['later']);
    await lab.calm();
    await expect(lab.result(Listening)).resolves.toEqual(['before anything', 'later']);
  });

  it('M1 a burst of 1,000 arrives in order, each once, also when the process dies in the middle', async () => {
    const lab = new Lab();
    await lab.open([Listening]);
    await lab.start(Listening, 1_000);
    const words = Array.from({ length: 1_000 }, (_, i) => i);
    for (const word of words.slice(0, 600)) await lab.engine.signal('one', 'say', [word]);
    await lab.open([Listening]);
    for (const word of words.slice(600)) await lab.engine.signal('one', 'say', [word]);
    await lab.calm();
    expect(await lab.status()).toBe('completed');
    const result = lab.engine.result('one');
    await lab.calm();
    await expect(result).resolves.toEqual(words);
    expect(lab.store.orphans).toEqual([]);
  });

  it('M1 a signal that the saga does not know is an orphan', async () => {
    const lab = new Lab();
    await lab.open([Listening]);
    await lab.start(Listening, 1);
    await lab.engine.signal('one', 'shout', ['!']);
    await lab.calm();
    expect(lab.store.orphans).toMatchObject([{ reason: 'unknown-signal:shout' }]);
    expect(await lab.status()).toBe('running');
    expect(await lab.eventsOf('SignalReceived')).toEqual([]);
  });

  it('M1 a signal to a closed or unknown instance is an error to the sender and an orphan on record', async () => {
    const lab = new Lab();
    await lab.open([Listening]);
    await lab.start(Listening, 0);
    await expect(lab.engine.signal('one', 'say', ['late'])).rejects.toMatchObject({ code: 'INSTANCE_CLOSED' });
    await expect(lab.engine.signal('nobody', 'say', ['?'])).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    expect(lab.store.orphans.map(({ reason }) => reason)).toEqual(['closed-instance', 'unknown-instance']);
  });

  it('M1 S7 a signal that was accepted while the instance ended is an orphan on record', async () => {
    const lab = new Lab();
    await lab.open([Listening]);
    await lab.start(Listening, 1);
    await Promise.all(['first', 'second'].map((word) => lab.engine.signal('one', 'say', [word])));
    await lab.calm();
    await expect(lab.result(Listening)).resolves.toEqual(['first']);
    expect(lab.store.orphans).toMatchObject([{ reason: 'closed-instance' }]);
  });

  it('M1 the same key is taken in once while it is unread', async () => {
    const lab = new Lab();
    await lab.open([]);
    await lab.start(Listening, 2);
    for (let i = 0; i < 3; i++) await lab.engine.signal('one', 'say', ['once'], { key: 'k' });
    await lab.open([Listening]);
    await lab.calm();
    expect(await lab.eventsOf('SignalReceived')).toHaveLength(1);
  });

  it('M1 the same key is not taken in again by an instance that has had it, and nobody is told of an orphan', async () => {
    const lab = new Lab();
    await lab.open([Listening]);
    await lab.start(Listening, 2);
    for (const word of ['once', 'again']) await lab.done(lab.engine.signal('one', 'say', [word], { key: 'k' }));
    await lab.done(lab.engine.signal('one', 'say', ['other'], { key: 'l' }));
    await expect(lab.result(Listening)).resolves.toEqual(['once', 'other']);
    expect(lab.store.orphans).toEqual([]);
  });

  it('M1 a handler that throws parks the instance; a fixed deploy handles the very signal', async () => {
    const lab = new Lab();
    const Broken = listening(() => {
      throw new TypeError('cannot read');
    });
    await lab.open([Broken]);
    await lab.start(Broken, 1);
    await lab.engine.signal('one', 'say', ['hello']);
    await lab.calm();
    expect(await lab.incident()).toMatch(/SIGNAL_HANDLER_FAILED.*"say".*cannot read/);
    await lab.open([Listening]);
    await lab.calm();
    await expect(lab.result(Listening)).resolves.toEqual(['hello']);
  });
});

describe('M2 queries', () => {
  it('M2 leave no trace, work for one that is out of memory, and after the end', async () => {
    const lab = new Lab();
    await lab.open([Listening]);
    await lab.start(Listening, 2);
    await lab.engine.signal('one', 'say', ['a']);
    await lab.calm();
    const ask = () => lab.engine.query(sagaDefinition(Listening), 'one', 'heard', []);
    const before = await lab.events();
    expect(await ask()).toEqual(['a']);
    await lab.advance(60_000);
    expect(lab.engine.resident).toBe(0);
    expect(await ask()).toEqual(['a']);
    expect(await lab.events()).toEqual(before);
    await lab.engine.signal('one', 'say', ['b']);
    await lab.calm();
    expect(await lab.status()).toBe('completed');
    expect(await ask()).toEqual(['a', 'b']);
  });

  it('M2 what a query throws reaches whoever asks, and the instance goes on', async () => {
    const lab = new Lab();
    await lab.open([Listening]);
    await lab.start(Listening, 1);
    const ask = (name: string) => lab.engine.query(sagaDefinition(Listening), 'one', name, []);
    await expect(ask('broken')).rejects.toThrow('cannot tell');
    await expect(ask('draw')).rejects.toMatchObject({ code: 'CALL_FROM_QUERY' });
    await expect(ask('chance')).rejects.toThrow('asked for a random number');
    await expect(ask('greedy')).rejects.toThrow('returned a promise');
    await expect(ask('unknown')).rejects.toMatchObject({ code: 'UNKNOWN_QUERY' });
    await lab.engine.signal('one', 'say', ['a']);
    await lab.calm();
    await expect(lab.result(Listening)).resolves.toEqual(['a']);
  });
});

describe('M4 timers', () => {
  it('M4 a crash does not prolong them', async () => {
    const lab = new Lab();
    await lab.open([Timed]);
    await lab.start(Timed);
    for (let i = 0; i < 6; i++) {
      await lab.advance(hours(0.5) - 1);
      await lab.open([Timed]);
      await lab.advance(1);
    }
    const start = Date.UTC(2030, 0, 1);
    await expect(lab.result(Timed)).resolves.toEqual(
      [['b', 1] as const, ['c', 2] as const, ['a', 3] as const].map(
        ([name, hour]) => `${name} ${new Date(start + hours(hour)).toISOString()}`,
      ),
    );
  });

  it('M4 missed ones fire once, in the order in which they were due', async () => {
    const lab = new Lab();
    await lab.open([Timed]);
    await lab.start(Timed);
    await lab.engine.crash();
    lab.store.freeAllNow();
    lab.clock.moveTo(lab.clock.now() + hours(10));
    await lab.open([Timed]);
    await lab.calm();
    expect((await lab.eventsOf('TimerFired')).map(({ call }) => call)).toEqual([1, 2, 0]);
    await lab.result(Timed);
  });

  it('M4 an instance that only waits is a row, not memory, and wakes up in time', async () => {
    const lab = new Lab();
    await lab.open([Timed]);
    for (let i = 0; i < 20; i++) await lab.start(Timed, undefined, `timed-${i}`);
    expect(lab.engine.resident).toBe(20);
    await lab.advance(10_000);
    expect(lab.engine.resident).toBe(0);
    await lab.advance(hours(3));
    expect(await lab.status('timed-19')).toBe('completed');
  });
});
