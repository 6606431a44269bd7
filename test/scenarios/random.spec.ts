import { Compensate, Saga, Step, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { seededRandom } from '../../scripts/seeded-random.mjs';
import { ScratchSchema } from '../store/scratch-schema.js';
import { Books } from './harness/books.js';
import { crashEverywhereIn, runInMemory } from './harness/in-memory.js';
import { runWithKills } from './harness/over-postgres.js';
import { scenario, type Scenario } from './harness/scenario.js';

/** What sagas can be made of. What comes of it does not depend on which of two things is quicker. */
type Node =
  | { readonly do: 'step'; readonly name: string; readonly failures: number; readonly undoFailures: number }
  | { readonly do: 'decline'; readonly name: string }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'compensate' }
  | { readonly do: 'child' | 'limit'; readonly part: Node }
  | { readonly do: 'sequence' | 'all'; readonly parts: readonly Node[] }
  | { readonly do: 'try'; readonly part: Node; readonly rescue: Node };

class Declined extends Error {
  override readonly name = 'Declined';
}

/** Fails the first attempts of each request: as many as it asks for. */
class FlakyWorld extends Books {
  private readonly attempts = new Map<string, number>();

  fail(times: number): void {
    const { key } = currentStep()!;
    const attempts = (this.attempts.get(key) ?? 0) + 1;
    this.attempts.set(key, attempts);
    if (attempts <= times) throw new Error(`attempt ${attempts} of ${key} fails`);
  }
}

@Saga({ name: 'random' })
class RandomSaga {
  constructor(private readonly world: FlakyWorld) {}

  @Step({ retry: { backoff: 5, max: 20 } })
  async step(name: string, failures: number, _undoFailures: number): Promise<string> {
    this.world.fail(failures);
    this.world.did(name);
    return name;
  }
  @Compensate('step', { retry: { backoff: 5, max: 20 } })
  async undo(_done: string | undefined, _name: string, _failures: number, undoFailures: number): Promise<void> {
    this.world.fail(undoFailures);
    this.world.undid();
  }
  @Step({ errors: [Declined] }) async decline(name: string): Promise<string> {
    throw new Declined(name);
  }

  async run(program: Node, saga: SagaContext): Promise<string> {
    return this.interpret(program, saga);
  }

  private async interpret(node: Node, saga: SagaContext): Promise<string> {
    switch (node.do) {
      case 'step':
        return this.step(node.name, node.failures, node.undoFailures);
      case 'decline':
        return this.decline(node.name);
      case 'sleep':
        await saga.sleep(node.ms);
        return 'slept';
      case 'compensate':
        await saga.compensate();
        return 'undone';
      case 'limit':
        return saga.withTimeout('1 day', () => this.interpret(node.part, saga));
      case 'child':
        return saga.child(RandomSaga, node.part).catch(() => {
          throw new Declined('child');
        });
      case 'sequence': {
        const done: string[] = [];
        for (const part of node.parts) done.push(await this.interpret(part, saga));
        return done.join(' ');
      }
      case 'all': {
        const settled = await Promise.allSettled(node.parts.map((part) => this.interpret(part, saga)));
        const failed = settled.find(({ status }) => status === 'rejected');
        if (failed) throw (failed as PromiseRejectedResult).reason;
        return `(${settled.map((result) => (result as PromiseFulfilledResult<string>).value).join(' ')})`;
      }
      case 'try':
        return this.interpret(node.part, saga).catch(async (error: unknown) => {
          if (!(error instanceof Declined)) throw error;
          return `${error.message} failed: ${await this.interpret(node.rescue, saga)}`;
        });
    }
  }
}

/** A program by chance. @param isAlone false beside others: what `compensate` takes back of them depends on who was quicker */
function programOf(chance: () => number, prefix = 's', depth = 0, isAlone = true): Node {
  const below = (most: number): number => Math.floor(chance() * most);
  const part = (at: string | number, alone = isAlone): Node => programOf(chance, `${prefix}${at}`, depth + 1, alone);
  const parts = (alone = isAlone): Node[] => Array.from({ length: 2 + below(3) }, (_, at) => part(at, alone));
  const pick = depth >= 4 ? below(6) : depth === 0 ? 9 : below(16);
  if (pick < 4 || (pick === 6 && !isAlone))
    return { do: 'step', name: prefix, failures: below(3), undoFailures: below(3) };
  if (pick === 4) return { do: 'decline', name: prefix };
  if (pick === 5) return { do: 'sleep', ms: 1 + below(60) };
  if (pick === 6) return { do: 'compensate' };
  if (pick === 7) return { do: 'limit', part: part('l') };
  if (pick === 8) return { do: 'child', part: part('c', true) };
  if (pick < 12) return { do: 'sequence', parts: parts() };
  if (pick < 14) return { do: 'all', parts: parts(false) };
  return { do: 'try', part: part('t'), rescue: part('r') };
}

/** How a program ended: the same wherever and however it is run. */
interface Ended {
  readonly status: string;
  readonly result: unknown;
  readonly standing: readonly string[];
}

/** @param expected undefined: it is only noted how it ends */
function randomScenario(seed: number, note: (ended: Ended) => void, expected?: Ended): Scenario {
  const program = programOf(seededRandom(seed));
  return scenario({
    name: `program ${seed}`,
    world: () => new FlakyWorld(),
    sagas: (world) => [new RandomSaga(world)],
    async drive(client, world) {
      await client.start(RandomSaga, program, 'program');
      const { status, result } = await client.end(RandomSaga, 'program');
      const ended = { status, result, standing: world.standing };
      note(ended);
      return { seed, ended: expected ? ended : undefined };
    },
    ends: { seed, ended: expected },
    standing: (_size, world) => world.standing,
  });
}

const SEED = Number(process.env['SCENARIO_SEED'] ?? Date.now() % 1_000_000);
const PROGRAMS = Number(process.env['SCENARIO_PROGRAMS'] ?? 24);
const seeds = Array.from({ length: PROGRAMS }, (_, at) => SEED + at);

describe(`random programs (SCENARIO_SEED=${SEED})`, () => {
  const scratch = new ScratchSchema();
  const ends = new Map<number, Ended>();
  const expected = (seed: number): Scenario => randomScenario(seed, () => undefined, ends.get(seed)!);
  afterAll(() => scratch.drop());

  beforeAll(async () => {
    for (const seed of seeds) await runInMemory(randomScenario(seed, (ended) => ends.set(seed, ended)));
  });

  it('D1 C2 C6 end in memory wherever the process dies as they do undisturbed', async () => {
    for (const seed of seeds.slice(0, PROGRAMS / 4)) await crashEverywhereIn(expected(seed), ({ status }) => status);
  }, 60_000);

  it('D1 C2 C6 end over PostgreSQL, where workers die, as they do in memory', async () => {
    const { kills, cuts } = await runWithKills(scratch, seeds.map(expected), { seed: SEED, deaths: 8, within: 150 });
    process.stdout.write(
      `random programs: ${kills} workers died, ${cuts} times all connections broke (SCENARIO_SEED=${SEED})\n`,
    );
    expect(kills).toBeGreaterThan(0);
  }, 60_000);

  it('come to more than one kind of end', () => {
    expect(new Set([...ends.values()].map(({ status }) => status)).size).toBeGreaterThan(1);
  });
});
