import type { SagaContext } from 'reprise/core';
import { Query, Saga, sagaDefinition, Signal, Step } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Lab } from './lab.js';

interface Page {
  readonly next: number;
  readonly sum: number;
}

/** Adds up 10 pages, three a run. */
@Saga({ name: 'pages' })
class PagesSaga {
  private stopped = false;
  @Step() async read(page: number): Promise<number> {
    return page;
  }
  @Signal() stop(): void {
    this.stopped = true;
  }
  @Query() isStopped(): boolean {
    return this.stopped;
  }
  async run({ next, sum }: Page, saga: SagaContext): Promise<number> {
    let added = sum;
    for (let page = next; page < Math.min(next + 3, 10); page++) added += await this.read(page);
    if (next + 3 < 10) return saga.continueAsNew({ next: next + 3, sum: added });
    return added;
  }
}

/** Continues once, then waits for a signal. */
@Saga({ name: 'handing.over' })
class HandingOverSaga {
  private said: string[] = [];
  @Signal() say(word: string): void {
    this.said.push(word);
  }
  @Step() async work(): Promise<void> {}
  async run(round: number, saga: SagaContext): Promise<string[]> {
    if (round === 0) {
      await this.work();
      await saga.continueAsNew(1);
    }
    await saga.until(() => this.said.length === 2);
    return this.said;
  }
}

/** Each run hears one word and makes way for the next. */
@Saga({ name: 'word.by.word' })
class WordByWordSaga {
  private word?: string;
  @Signal() say(word: string): void {
    this.word ??= word;
  }
  async run(heard: string[], saga: SagaContext): Promise<string[]> {
    await saga.until(() => this.word !== undefined);
    const all = [...heard, this.word!];
    return all.length === 2 ? all : saga.continueAsNew(all);
  }
}

describe('an instance that continues as new', () => {
  it('goes on in another run of the same id, with a history of its own', async () => {
    const lab = new Lab();
    await lab.open([PagesSaga], { bodies: { read: ([page]) => page } });
    await lab.start(PagesSaga, { next: 0, sum: 0 });
    await lab.advance(1_000);
    expect(await lab.result(PagesSaga)).toBe(45);
    const [started] = await lab.eventsOf('SagaStarted');
    expect(started).toMatchObject({ input: { next: 9, sum: 36 } });
    expect(started!.continues).toBeDefined();
    expect(await lab.eventsOf('StepScheduled')).toHaveLength(1);
  });

  it('comes to the same end wherever its process dies', async () => {
    const test = testSaga(PagesSaga).step('read', async (page) => page);
    const { end, points } = await crashEverywhere(test, { next: 0, sum: 0 }, (run) => run.advance('1s'));
    expect(end).toMatchObject({ status: 'completed', result: 45 });
    expect(points).toBeGreaterThan(20);
  });

  it('M1 hands over the signals that it has not taken in', async () => {
    const lab = new Lab();
    let finish: () => void = () => undefined;
    await lab.open([HandingOverSaga], { bodies: { work: () => new Promise<void>((resolve) => (finish = resolve)) } });
    await lab.start(HandingOverSaga, 0);
    // The turn that ends the run is held up; what comes meanwhile is for the next run.
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    lab.store.before = (method) => (method === 'append' ? held : undefined);
    finish();
    await lab.calm();
    await lab.engine.signal('one', 'say', ['first']);
    await lab.engine.signal('one', 'say', ['second']);
    lab.store.before = () => undefined;
    go();
    await lab.calm();
    await lab.advance(1_000);
    expect(await lab.result(HandingOverSaga)).toEqual(['first', 'second']);
    expect(lab.store.orphans).toEqual([]);
  });

  it('M1 leaves to the next run what stood in its mailbox behind the signal that ended it', async () => {
    const lab = new Lab();
    await lab.open([]);
    await lab.start(WordByWordSaga, []);
    for (const word of ['first', 'second']) await lab.engine.signal('one', 'say', [word]);
    // Both are in the mailbox when the instance is taken up: they come to one turn.
    await lab.open([WordByWordSaga]);
    await lab.calm();
    expect(await lab.result(WordByWordSaga)).toEqual(['first', 'second']);
    expect(lab.store.orphans).toEqual([]);
  });

  it('answers whoever waits for its result when the last run has ended', async () => {
    const lab = new Lab();
    const engine = await lab.open([PagesSaga], { bodies: { read: ([page]) => page } });
    await engine.start(sagaDefinition(PagesSaga), { next: 0, sum: 0 }, { id: 'one' });
    const result = engine.result('one');
    await lab.advance(1_000);
    expect(await result).toBe(45);
  });
});

function patchedSaga(patched: boolean | 'deprecated', log: string[] = []) {
  @Saga({ name: 'patched' })
  class PatchedSaga {
    @Step() async old(): Promise<void> {}
    @Step() async fresh(): Promise<void> {}
    async run(rounds: number, saga: SagaContext): Promise<string[]> {
      const way: string[] = [];
      for (let round = 0; round < rounds; round++) {
        if (patched === 'deprecated') saga.deprecatePatch('fresh');
        const isNew = patched === 'deprecated' || (patched && saga.patched('fresh'));
        if (isNew) await this.fresh();
        else await this.old();
        way.push(isNew ? 'fresh' : 'old');
        await saga.sleep('1 hour');
      }
      log.push(...way);
      return way;
    }
  }
  return PatchedSaga;
}

describe('a patch', () => {
  it('D8 is for new runs and for what old runs have not done yet, also in loops', async () => {
    const lab = new Lab();
    await lab.open([patchedSaga(false)]);
    await lab.start(patchedSaga(false), 3);
    await lab.advance(1_000);
    const Patched = patchedSaga(true);
    await lab.open([Patched]);
    await lab.start(Patched, 1, 'two');
    await lab.advance(2 * 3_600_000 + 10_000);
    await lab.open([Patched]);
    await lab.advance(3 * 3_600_000);
    expect(await lab.incident()).toBeUndefined();
    expect(await lab.result(Patched)).toEqual(['old', 'fresh', 'fresh']);
    expect(await lab.result(Patched, 'two')).toEqual(['fresh']);
    expect(await lab.eventsOf('PatchApplied')).toEqual([{ type: 'PatchApplied', patch: 'fresh' }]);
  });

  it('D8 is for runs that somebody started who does not run them', async () => {
    const lab = new Lab();
    const Patched = patchedSaga(true);
    const client = await lab.second([]);
    await client.start(sagaDefinition(Patched), 2, { id: 'one' });
    await lab.open([Patched]);
    await lab.advance(1_000);
    await lab.open([Patched]);
    await lab.advance(2 * 3_600_000);
    expect((await lab.engine.history('one'))[0]!.events).toHaveLength(1);
    expect(await lab.incident()).toBeUndefined();
    expect(await lab.result(Patched)).toEqual(['fresh', 'fresh']);
  });

  it('D8 can be deprecated when no run is left on the old way, and then removed', async () => {
    const lab = new Lab();
    const Patched = patchedSaga(true);
    await lab.open([Patched]);
    await lab.start(Patched, 2);
    await lab.advance(1_000);
    const Deprecated = patchedSaga('deprecated');
    await lab.open([Deprecated]);
    await lab.start(Deprecated, 2, 'two');
    await lab.advance(2 * 3_600_000 + 10_000);
    expect(await lab.result(Deprecated)).toEqual(['fresh', 'fresh']);
    expect(await lab.result(Deprecated, 'two')).toEqual(['fresh', 'fresh']);
    expect(await lab.eventsOf('PatchApplied', 'two')).toEqual([]);
  });

  it('D5 that is taken away from under a patched run parks it', async () => {
    const lab = new Lab();
    await lab.open([patchedSaga(true)]);
    await lab.start(patchedSaga(true), 2);
    await lab.advance(1_000);
    await lab.open([patchedSaga(false)]);
    await lab.advance(2 * 3_600_000);
    expect(await lab.incident()).toContain('NON_DETERMINISTIC');
    expect(await lab.incident()).toContain('patch "fresh"');
  });
});
