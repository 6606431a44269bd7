import { contract } from 'reprise/contracts';
import { type SagaContext } from 'reprise/core';
import { Compensate, Saga, sagaDefinition, Signal, Step } from 'reprise/decorators';
import { z } from 'zod';
import { Deferred } from './deferred.js';
import { Lab, type Body } from './lab.js';

class Declined extends Error {
  override readonly name = 'Declined';
}

interface Calls {
  step(name: string): Promise<unknown>;
  bare(name: string): Promise<unknown>;
  saga: SagaContext;
}
let program: (calls: Calls) => Promise<unknown>;

@Saga({ name: 'undoing' })
class Undoing {
  @Step({ errors: [Declined], timeout: '10s', retry: { attempts: 2, backoff: '1s', jitter: 0 } })
  async step(_name: string): Promise<unknown> {
    return undefined;
  }
  @Compensate('step', { timeout: '10s', retry: { backoff: '1s', max: '8s', jitter: 0 } })
  async undo(_result: unknown, _name: string): Promise<void> {}
  @Step({ errors: [Declined] }) async bare(_name: string): Promise<unknown> {
    return undefined;
  }
  @Signal() go(): void {}
  async run(_input: unknown, saga: SagaContext): Promise<unknown> {
    return program({ saga, step: (name) => this.step(name), bare: (name) => this.bare(name) });
  }
}

async function begin(next: (calls: Calls) => Promise<unknown>, bodies: Record<string, Body> = {}) {
  program = next;
  const lab = new Lab();
  const undone: unknown[] = [];
  const all: Record<string, Body> = {
    step: ([name]) => `did ${String(name)}`,
    undo: ([result, name]) => void undone.push([name, result]),
    ...bodies,
  };
  await lab.open([Undoing], { bodies: all });
  await lab.start(Undoing);
  return { lab, undone, bodies: all };
}

const no = (): never => {
  throw new Error('no');
};

describe('C2 C3 what is undone', () => {
  it('C2 undoes in reverse order of the start, also of steps that ran beside each other and completed in another order', async () => {
    const steps = new Deferred();
    const { lab, undone } = await begin(
      async ({ step }) => {
        await Promise.all([step('a'), step('b'), step('c')]);
        no();
      },
      { step: steps.byArgument },
    );
    for (const name of ['c', 'a', 'b']) {
      steps.resolve(name, name.toUpperCase());
      await lab.calm();
    }
    expect(undone).toEqual([
      ['c', 'C'],
      ['b', 'B'],
      ['a', 'A'],
    ]);
    expect(await lab.status()).toBe('compensated');
    await expect(lab.result(Undoing)).rejects.toThrow('no');
  });

  it('C2 an error that the code catches undoes nothing', async () => {
    const { lab, undone } = await begin(
      async ({ step, bare }) => {
        await step('a');
        await bare('b').catch(() => 'caught');
        return 'fine';
      },
      { bare: () => Promise.reject(new Declined('no')) },
    );
    await expect(lab.result(Undoing)).resolves.toBe('fine');
    expect(undone).toEqual([]);
  });

  it('C3 does not undo a step that ended in a declared error, nor C4 calls an end compensated where nothing was undone', async () => {
    const { lab, undone } = await begin(({ step }) => step('a'), { step: () => Promise.reject(new Declined('no')) });
    expect(undone).toEqual([]);
    expect(await lab.status()).toBe('failed');
  });

  it('C3 undoes a step that ended in a fatal error: what became of it is not certain', async () => {
    const { lab, undone } = await begin(({ step }) => step('a'), { step: () => () => undefined });
    expect(undone).toEqual([['a', undefined]]);
    expect(await lab.status()).toBe('compensated');
  });

  it('C2 C3 waits for a step in flight when the saga fails, does not try it again, and undoes it if it completed', async () => {
    const steps = new Deferred();
    const { lab, undone } = await begin(({ step, bare }) => Promise.all([step('a'), bare('b')]), {
      step: steps.byArgument,
      bare: () => Promise.reject(new Declined('no')),
    });
    expect(await lab.status()).toBe('compensating');
    expect(undone).toEqual([]);
    steps.resolve('a', 'A');
    await lab.calm();
    expect(undone).toEqual([['a', 'A']]);
    await expect(lab.result(Undoing)).rejects.toThrow('no');
  });

  it.each<[string, (steps: Deferred, lab: Lab) => Promise<void> | void]>([
    ['fails', (steps) => steps.reject('a', new Error('connection lost'))],
    ['times out', (_steps, lab) => lab.advance(10_000)],
  ])('C2 C3 a step in flight that %s after the failure is unknown, not tried again, and undone', async (_how, end) => {
    const steps = new Deferred();
    const { lab, undone } = await begin(({ step, bare }) => Promise.all([step('a'), bare('b')]), {
      step: steps.byArgument,
      bare: () => Promise.reject(new Declined('no')),
    });
    await end(steps, lab);
    await lab.calm();
    expect(undone).toEqual([['a', undefined]]);
    expect(await lab.eventsOf('StepOutcomeUnknown')).toMatchObject([{ call: 0, attempts: 1 }]);
    expect(await lab.status()).toBe('compensated');
  });

  it('C2 C3 a step in flight that is declined after the failure is not undone', async () => {
    const steps = new Deferred();
    const { lab, undone } = await begin(({ step, bare }) => Promise.all([step('a'), bare('b')]), {
      step: steps.byArgument,
      bare: () => Promise.reject(new Declined('no')),
    });
    steps.reject('a', new Declined('too'));
    await lab.calm();
    expect(undone).toEqual([]);
    expect(await lab.status()).toBe('compensated');
  });

  it('C2 a step that waits for its next attempt when the saga fails is not tried again', async () => {
    let asked = 0;
    const { lab, undone } = await begin(({ step, saga }) => Promise.all([step('a'), saga.sleep('500ms').then(no)]), {
      step: () => (asked++, Promise.reject(new Error('busy'))),
    });
    await lab.advance(60_000);
    expect(asked).toBe(1);
    expect(undone).toEqual([['a', undefined]]);
  });

  it('C7 cancelling throws to the wait, runs finally, undoes, and ends as cancelled', async () => {
    const { lab, undone } = await begin(async ({ step, saga }) => {
      await step('a');
      try {
        await saga.until(() => false);
      } finally {
        await step('cleaned up');
      }
    });
    await lab.engine.cancel('one', 'changed my mind');
    await lab.calm();
    expect((undone as unknown[][]).map(([name]) => name)).toEqual(['cleaned up', 'a']);
    expect(await lab.status()).toBe('cancelled');
    await expect(lab.result(Undoing)).rejects.toThrow('changed my mind');
  });
});

describe('C4 a compensation is never given up silently', () => {
  it('C4 is tried again for ever with capped backoff, also after a crash', async () => {
    let asked = 0;
    const { lab, bodies } = await begin(({ step }) => step('a').then(no), {
      undo: () => {
        asked++;
        throw new Error('down');
      },
    });
    await lab.advance(60_000);
    const due = (await lab.eventsOf('StepAttemptFailed')).map(({ retryAt }) => retryAt!);
    const waits = due.slice(1, 6).map((time, i) => time - due[i]!);
    expect(waits).toEqual([2_000, 4_000, 8_000, 8_000, 8_000]);
    await lab.advance(3_600_000);
    expect(asked).toBeGreaterThan(400);
    expect(await lab.status()).toBe('compensating');
    await lab.open([Undoing], { bodies: { ...bodies, undo: () => undefined } });
    await lab.advance(8_000);
    await expect(lab.result(Undoing)).rejects.toThrow('no');
  });

  it.each<[string, unknown, string]>([
    ['in an error that no retry mends', () => undefined, 'failed at attempt 1'],
    [
      'in a circle',
      (() => {
        const c: unknown[] = [];
        c.push(c);
        return c;
      })(),
      'failed at attempt 1',
    ],
  ])('C4 opens an incident when it ends %s, and goes on when it is resumed', async (_how, result, message) => {
    let mended = false;
    const { lab } = await begin(({ step }) => step('a').then(no), { undo: () => (mended ? undefined : result) });
    expect(await lab.incident()).toMatch(/^COMPENSATION_GAVE_UP/);
    expect(await lab.incident()).toContain(message);
    await lab.advance(86_400_000);
    expect(await lab.eventsOf('StepAttemptFailed')).toHaveLength(1);
    await lab.engine.resume('one', 'ann');
    await lab.calm();
    expect(await lab.eventsOf('IncidentOpened')).toHaveLength(2);
    mended = true;
    await lab.engine.resume('one', 'ben');
    await lab.calm();
    expect((await lab.eventsOf('IncidentResolved')).map(({ by }) => by)).toEqual(['ann', 'ben']);
    expect(await lab.status()).toBe('compensated');
    expect((await lab.engine.describe('one')).error).toMatchObject({ message: 'no' });
    await expect(lab.result(Undoing)).rejects.toThrow('no');
  });

  it('C4 a deploy does not resume it, a crash does not retry it', async () => {
    let asked = 0;
    const { lab, bodies } = await begin(({ step }) => step('a').then(no), { undo: () => (asked++, () => undefined) });
    await lab.open([Undoing], { bodies });
    await lab.calm();
    await lab.engine.signal('one', 'go', []);
    await lab.calm();
    expect(asked).toBe(1);
    expect(await lab.incident()).toMatch('COMPENSATION_GAVE_UP');
  });
});

const Ledger = contract('ledger', {
  revoke: { input: z.object({ id: z.string() }), errors: { Locked: z.object({ by: z.string() }) } },
});
let mapping: (result: unknown) => { id: string };

@Saga({ name: 'limited' })
class Limited {
  @Step() async step(): Promise<string> {
    return '';
  }
  @Compensate('step', { deadline: '1 minute', retry: { attempts: 2, backoff: '1s', jitter: 0 } })
  async undo(): Promise<void> {}
  @Step() async booked(): Promise<string> {
    return '';
  }
  @Compensate('booked', Ledger.revoke)
  revoke(result: string | undefined): { id: string } {
    return mapping(result);
  }
  async run(remote: boolean): Promise<void> {
    await (remote ? this.booked() : this.step());
    throw new Error('no');
  }
}

describe('C4 a compensation with limits, or of another service', () => {
  it('C4 opens an incident when its attempts are used up, and tries again when it is resumed, also past its deadline', async () => {
    let mended = false;
    const lab = new Lab();
    await lab.open([Limited], { bodies: { undo: () => (mended ? undefined : Promise.reject(new Error('down'))) } });
    await lab.start(Limited, false);
    await lab.advance(10_000);
    expect(await lab.incident()).toMatch(/COMPENSATION_GAVE_UP.*"undo" of call 0 failed at attempt 2: down/);
    await lab.advance(86_400_000);
    await lab.engine.resume('one', 'ann');
    await lab.calm();
    expect(await lab.incident()).toMatch(/failed at attempt 3/);
    mended = true;
    await lab.engine.resume('one', 'ann');
    await lab.calm();
    expect(await lab.status()).toBe('compensated');
  });

  it('C4 a declared error of the undo opens an incident', async () => {
    mapping = (result) => ({ id: result as string });
    const lab = new Lab();
    const bodies = { booked: () => 'b', revoke: () => Promise.reject(new Ledger.errors.Locked({ by: 'audit' })) };
    await lab.open([Limited], { bodies });
    await lab.start(Limited, true);
    expect(await lab.incident()).toMatch(/COMPENSATION_GAVE_UP.*"revoke" of call 0 failed at attempt 1/);
    await lab.open([Limited], { bodies: { ...bodies, revoke: () => undefined } });
    await lab.engine.resume('one', 'audit');
    await lab.calm();
    await expect(lab.result(Limited)).rejects.toThrow('no');
  });

  it('C1 a mapping that throws parks the instance, a deploy mends it, and nothing ran meanwhile', async () => {
    mapping = () => {
      throw new TypeError('result is undefined');
    };
    const undone: unknown[] = [];
    const lab = new Lab();
    const bodies = { booked: () => 'b', revoke: (args: readonly unknown[]) => void undone.push(args) };
    await lab.open([Limited], { bodies });
    await lab.start(Limited, true);
    expect(await lab.incident()).toMatch(/UNDO_MAPPING_FAILED.*result is undefined/);
    expect((await lab.events()).map(({ type }) => type)).not.toContain('CompensationStarted');
    await lab.engine.resume('one', 'too early');
    await lab.calm();
    expect(await lab.incident()).toMatch('UNDO_MAPPING_FAILED');
    mapping = (result) => ({ id: result as string });
    await lab.open([Limited], { bodies });
    await lab.calm();
    expect(undone).toEqual([[{ id: 'b' }]]);
    await expect(lab.result(Limited)).rejects.toThrow('no');
  });

  it('C1 the definition names the undo of each step', () => {
    expect(sagaDefinition(Limited).steps.get('booked')?.undo).toBe('revoke');
  });
});
