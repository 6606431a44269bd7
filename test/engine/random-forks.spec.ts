import fc from 'fast-check';
import { SagaError, type HistoryEvent, type StepInvocation } from 'reprise/core';
import { Declined, Interpreter, moves, program, runAtRandom } from './interpreter.js';
import type { Lab } from './lab.js';

const ANNA = { by: 'anna', reason: 'at random' };
/** How many programs; more with PROGRAMS=… */
const runs = Math.ceil(Number(process.env['PROGRAMS'] ?? 300) / 3);
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** Steps that are tried from here on, by their keys. */
async function answering(lab: Lab, outcome: (name: string) => unknown): Promise<string[]> {
  const tried: string[] = [];
  const step = ([name]: readonly string[], { key }: StepInvocation): unknown => {
    tried.push(key);
    return outcome(name!);
  };
  await lab.open([Interpreter], { bodies: { step: step as never } });
  return tried;
}

/** Lets everything happen that may, until it has ended; then it replays from every prefix. */
async function ended(lab: Lab, id: string): Promise<void> {
  for (let i = 0; i < 50 && ['running', 'compensating'].includes(await lab.status(id)); i++) await lab.advance(10_000);
  expect(['completed', 'failed', 'compensated']).toContain(await lab.status(id));
  await lab.result(Interpreter, id).catch((error: { code?: string }) => {
    if (!['SAGA_FAILED', 'SAGA_COMPENSATED'].includes(error.code ?? '')) throw error;
  });
}

const completed = (events: readonly HistoryEvent[]): Set<number> =>
  new Set(events.flatMap((event) => (event.type === 'StepCompleted' ? [event.call] : [])));

describe(`programs that are forked and redriven at random (SEED=${seed})`, () => {
  it('S3 D5 go on from every event that they can be cut at, and do nothing again that they have in common', async () => {
    let forked = 0;
    await fc.assert(
      fc.asyncProperty(program, moves, async (node, draws) => {
        const lab = await runAtRandom(node, draws);
        const events = await lab.events();
        const { run } = (await lab.engine.describe('one')).key;
        const done = completed(events);
        const tried = await answering(lab, (name) => name);
        for (let fromEvent = 1; fromEvent <= events.length; fromEvent++) {
          const newId = `from ${fromEvent}`;
          const asked = lab.engine.control.fork('one', { ...ANNA, fromEvent, newId }).catch((error: unknown) => error);
          if ((await asked) instanceof SagaError) continue;
          forked++;
          await lab.calm();
          await ended(lab, newId);
        }
        const again = tried.filter((key) => key.startsWith(run) && done.has(Number(key.split(':')[1])));
        expect(again).toEqual([]);
        expect(await lab.events()).toEqual(events);
      }),
      { seed, numRuns: runs },
    );
    expect(forked).toBeGreaterThan(runs);
  });

  it('S4 D5 are redriven until they complete or fail by themselves, and do nothing again that was done', async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(program, moves, async (node, draws) => {
        const lab = await runAtRandom(node, draws);
        if ((await lab.status()) !== 'failed') return;
        const done = completed(await lab.events());
        let declines = draws[0]! % 2;
        const tried = await answering(lab, (name) => {
          if (declines-- > 0) throw new Declined(`${name} declined`);
          return name;
        });
        for (let i = 0; i < 3 && (await lab.status()) === 'failed'; i++) {
          const refused = await lab.engine.control.redrive('one', ANNA).catch((error: unknown) => error);
          if (refused instanceof SagaError) break;
          await lab.calm();
          await ended(lab, 'one');
        }
        ends.set(await lab.status(), (ends.get(await lab.status()) ?? 0) + 1);
        const kept = (await lab.eventsOf('SagaForked'))[0]?.calls ?? 0;
        expect(tried.filter((key) => done.has(call(key)) && call(key) < kept)).toEqual([]);
      }),
      { seed, numRuns: runs * 4 },
    );
    expect(ends.get('completed')).toBeGreaterThan(0);
  });
});

function call(key: string): number {
  return Number(key.split(':')[1]);
}
