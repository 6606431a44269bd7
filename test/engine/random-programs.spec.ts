import fc from 'fast-check';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Interpreter, moves, program, runAtRandom } from './interpreter.js';

/** How many programs; more with PROGRAMS=… */
const runs = Number(process.env['PROGRAMS'] ?? 300);
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

describe(`D1 programs at random (SEED=${seed})`, () => {
  it('D1 D3 replay to the same decisions from every prefix, whatever completed when and wherever it crashed', async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(program, moves, async (node, draws) => {
        const lab = await runAtRandom(node, draws);
        const status = await lab.status();
        ends.set(status, (ends.get(status) ?? 0) + 1);
        expect(['cancelled', 'completed', 'failed', 'compensated']).toContain(status);
        await lab.result(Interpreter).catch((error: { code?: string }) => {
          if (!['SAGA_CANCELLED', 'SAGA_FAILED', 'SAGA_COMPENSATED'].includes(error.code ?? '')) throw error;
        });
      }),
      { seed, numRuns: runs },
    );
    expect([...ends.keys()].sort()).toEqual(['cancelled', 'compensated', 'completed', 'failed']);
  });

  it('D1 C2 come to the same end wherever the process dies', async () => {
    // Who wins a race, also one with the clock, may well be another after a crash; all else may not.
    const settled = program.filter((node) => !/"(race|any|first|limit)"/.test(JSON.stringify(node)));
    await fc.assert(
      fc.asyncProperty(settled, async (node) => {
        const test = testSaga(Interpreter).step('step', (name) => name);
        await crashEverywhere(test, node, (run) => run.advance('1 minute'));
      }),
      { seed, numRuns: Math.ceil(runs / 10) },
    );
  });
});
