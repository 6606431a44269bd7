import { randomUUID } from 'node:crypto';
import { SagaError, StepProgress, type CallKey, type CallProgress, type InstanceKey } from 'reprise/core';
import { SystemClock } from './system-clock.js';
import { ProgressDesk } from './progress-desk.js';

/** Keeps what it is told; runs named `bad` can be neither written nor read. */
class Shelf extends StepProgress {
  readonly rounds: string[] = [];
  readonly kept = new Map<string, CallProgress>();
  away = false;

  async record(_worker: string, progress: readonly CallProgress[]): Promise<boolean[]> {
    this.round('record', progress);
    for (const one of progress) this.kept.set(one.key.run, one);
    return progress.map(({ key }) => key.run !== 'lost');
  }
  async read(runs: readonly InstanceKey[]) {
    this.round(
      'read',
      runs.map((key) => ({ key })),
    );
    return runs.flatMap(({ run }) => (this.kept.has(run) ? [{ ...this.kept.get(run)!, at: 0 }] : []));
  }
  async forget(calls: readonly CallKey[]): Promise<void> {
    this.round('forget', calls);
    for (const { key } of calls) this.kept.delete(key.run);
  }

  private round(what: string, calls: readonly Pick<CallKey, 'key'>[]): void {
    this.rounds.push(`${what} ${calls.map(({ key }) => key.run).join(' ')}`);
    if (this.away) throw new SagaError('STORE_UNAVAILABLE', 'away');
    if (calls.some(({ key }) => key.run === 'bad')) throw new Error('bad');
  }
}

describe('ProgressDesk', () => {
  const warnings: string[] = [];
  const shelf = (): { shelf: Shelf; desk: ProgressDesk } => {
    const made = new Shelf();
    const log = { info: () => undefined, warn: (text: string) => warnings.push(text), error: () => undefined };
    const worker = randomUUID();
    return {
      shelf: made,
      desk: new ProgressDesk({ progress: made, clock: new SystemClock(), log, worker: () => worker }),
    };
  };
  const told = (run: string, details = 'half'): CallProgress => ({
    key: { shard: 1, run },
    call: 1,
    attempt: 1,
    details,
  });
  const key = (run: string): InstanceKey => ({ shard: 1, run });
  const never = (): never => {
    throw new Error('refused');
  };

  it('writes in rounds: what comes meanwhile goes together, and the last word of a call counts', async () => {
    const { shelf: made, desk } = shelf();
    void desk.record(told('a'), never);
    void desk.record(told('b'), never);
    await desk.settled;
    void desk.record(told('a', 'more'), never);
    void desk.record(told('a', 'most'), never);
    desk.forget({ key: key('b'), call: 1 });
    await desk.settled;
    expect(made.rounds).toEqual(['record a b', 'record a', 'forget b']);
    expect([...made.kept.values()].map(({ details }) => details)).toEqual(['most']);
    expect([desk.busy, desk.settled]).toEqual([false, undefined]);
  });

  it('tells whoever is refused', async () => {
    const { desk } = shelf();
    const refused: string[] = [];
    await Promise.all(['a', 'lost'].map((run) => desk.record(told(run), () => refused.push(run))));
    expect(refused).toEqual(['lost']);
  });

  it('leaves out what cannot be written, and reads what can be read', async () => {
    const { shelf: made, desk } = shelf();
    await Promise.all(['a', 'bad', 'b'].map((run) => desk.record(told(run), never)));
    expect([...made.kept.keys()]).toEqual(['a', 'b']);
    const read = await Promise.allSettled(['a', 'bad', 'b'].map((run) => desk.read(key(run))));
    expect(read).toMatchObject([
      { status: 'fulfilled', value: [{ key: key('a') }] },
      { status: 'rejected', reason: { message: 'bad' } },
      { status: 'fulfilled', value: [{ key: key('b') }] },
    ]);
  });

  it('goes on telling a store that is away, until nobody needs to hear it', async () => {
    const { shelf: made, desk } = shelf();
    made.away = true;
    const written = desk.record(told('a'), never);
    while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(desk.busy).toBe(true);
    made.away = false;
    await written;
    expect(made.kept.has('a')).toBe(true);
    made.away = true;
    const dropped = desk.record(told('b'), never);
    desk.drop();
    await dropped;
    expect(desk.settled).toBeUndefined();
    await expect(desk.read(key('a'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('tries once more and no longer when it closes', async () => {
    const { shelf: made, desk } = shelf();
    made.away = true;
    const written = desk.record(told('a'), never);
    desk.close();
    await written;
    expect(made.rounds).toEqual(['record a']);
  });
});
