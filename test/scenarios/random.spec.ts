import { isClosed, type SagaError } from 'reprise/core';
import { Compensate, Saga, Signal, Step, Update, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { seededRandom } from '../../scripts/seeded-random.mjs';
import { ScratchSchema } from '../store/scratch-schema.js';
import { Books } from './harness/books.js';
import type { Client } from './harness/client.js';
import { crashEverywhereIn, runInMemory } from './harness/in-memory.js';
import { runWithKills } from './harness/over-postgres.js';
import { scenario, type Scenario } from './harness/scenario.js';

/** What sagas can be made of. What comes of it does not depend on which of two things is quicker. */
type Node =
  | { readonly do: 'step'; readonly name: string; readonly failures: number; readonly undoFailures: number }
  | { readonly do: 'decline'; readonly name: string }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'hear'; readonly signal: number }
  | { readonly do: 'compensate' }
  | { readonly do: 'child' | 'limit'; readonly part: Node }
  | { readonly do: 'sequence' | 'all'; readonly parts: readonly Node[] }
  | { readonly do: 'try'; readonly part: Node; readonly rescue: Node };

class Declined extends Error {
  override readonly name = 'Declined';
}

interface Program {
  readonly program: Node;
  /** Nobody sends it anything. */
  readonly isChild: boolean;
}

/** How many signals and updates each program is sent. */
const MESSAGES = 3;

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
  private readonly heard = new Set<number>();
  private sum = 0;

  constructor(private readonly world: FlakyWorld) {}

  @Signal() tell(signal: number): void {
    this.heard.add(signal);
  }
  @Update() async add(number: number): Promise<number> {
    await this.step(`add ${number}`, number % 2, 1);
    this.sum += number;
    return number;
  }

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

  async run({ program, isChild }: Program, saga: SagaContext): Promise<string> {
    const done = await this.interpret(program, saga);
    if (!isChild) await saga.until(() => this.sum === sumUpTo(MESSAGES) && saga.handlersFinished);
    return done;
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
      case 'hear':
        await saga.until(() => this.heard.has(node.signal));
        return `heard ${node.signal}`;
      case 'compensate':
        await saga.compensate();
        return 'undone';
      case 'limit':
        return saga.withTimeout('1 day', () => this.interpret(node.part, saga));
      case 'child':
        return saga.child(RandomSaga, { program: node.part, isChild: true }).catch(() => {
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

/** Where in a program a part stands. */
interface Place {
  readonly prefix: string;
  readonly depth: number;
  /** False beside others: what `compensate` takes back of them depends on who was quicker. */
  readonly isAlone: boolean;
  readonly isChild: boolean;
}

/** A program by chance. */
function programOf(
  chance: () => number,
  place: Place = { prefix: 's', depth: 0, isAlone: true, isChild: false },
): Node {
  const { prefix, depth, isAlone, isChild } = place;
  const below = (most: number): number => Math.floor(chance() * most);
  const part = (at: string | number, there: Partial<Place> = {}): Node =>
    programOf(chance, { ...place, ...there, prefix: `${prefix}${at}`, depth: depth + 1 });
  const parts = (there: Partial<Place> = {}): Node[] =>
    Array.from({ length: 2 + below(3) }, (_, at) => part(at, there));
  const pick = depth >= 4 ? below(7) : depth === 0 ? 10 : below(17);
  if (pick === 4) return { do: 'decline', name: prefix };
  if (pick === 5) return { do: 'sleep', ms: 1 + below(60) };
  if (pick === 6 && !isChild) return { do: 'hear', signal: below(MESSAGES) };
  if (pick === 7 && isAlone && isChild) return { do: 'compensate' };
  if (pick === 8) return { do: 'limit', part: part('l') };
  if (pick === 9) return { do: 'child', part: part('c', { isAlone: true, isChild: true }) };
  if (pick >= 10 && pick < 13) return { do: 'sequence', parts: parts() };
  if (pick >= 13 && pick < 15) return { do: 'all', parts: parts({ isAlone: false }) };
  if (pick >= 15) return { do: 'try', part: part('t'), rescue: part('r') };
  return { do: 'step', name: prefix, failures: below(3), undoFailures: below(3) };
}

function sumUpTo(last: number): number {
  return (last * (last - 1)) / 2;
}

/** How a program ended: the same wherever and however it is run. */
interface Ended {
  readonly isDone: boolean;
  readonly result: unknown;
  readonly standing: readonly string[];
}

/** Starts a program and sends it everything it may wait for; what comes when it has failed is refused. */
async function enactProgram(client: Client, program: Node): Promise<void> {
  await client.start(RandomSaga, { program, isChild: false }, 'program');
  await tellProgram(client);
}

async function tellProgram(client: Client, refusals: readonly string[] = []): Promise<void> {
  const numbers = Array.from({ length: MESSAGES }, (_, at) => String(at));
  await client.each(numbers, async (number) => {
    const unlessEnded = refused('INSTANCE_CLOSED', 'UPDATE_REJECTED', 'UPDATE_ABANDONED', ...refusals);
    await client.signal(RandomSaga, 'program', 'tell', Number(number)).catch(unlessEnded);
    await client.update(RandomSaga, 'program', 'add', Number(number)).catch(unlessEnded);
  });
}

/** Takes no notice of errors with these codes. */
function refused(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes((error as SagaError).code)) throw error;
  };
}

/** @param expected undefined: it is only noted how it ends */
function randomScenario(seed: number, note: (ended: Ended) => void, expected?: Ended): Scenario {
  return scenario({
    name: `program ${seed}`,
    world: () => new FlakyWorld(),
    sagas: (world) => [new RandomSaga(world)],
    async drive(client, world) {
      await enactProgram(client, programOf(seededRandom(seed)));
      const { status, result } = await client.end(RandomSaga, 'program');
      const ended = { isDone: status === 'completed', result, standing: world.standing };
      note(ended);
      return { seed, ended: expected ? ended : undefined };
    },
    ends: { seed, ended: expected },
    standing: (_size, world) => world.standing,
  });
}

/** One that is cancelled at some moment: when it has ended as anything but completed, nothing is left of it. */
function cancelledScenario(seed: number): Scenario {
  return scenario({
    name: `cancelled program ${seed}`,
    world: () => new FlakyWorld(),
    sagas: (world) => [new RandomSaga(world)],
    async drive(client, world) {
      const moment = Math.floor(8 * seededRandom(seed)());
      await client.start(RandomSaga, { program: programOf(seededRandom(seed)), isChild: false }, 'program');
      const telling = tellProgram(client, ['UPDATE_FAILED']);
      telling.catch(() => undefined);
      const isMoment = (): boolean => world.standing.length >= moment || world.takenBack.length > 0;
      await client.until(async () => isMoment() || isClosed(await client.status('program')));
      await client.cancel('program', 'by chance').catch(refused('INSTANCE_CLOSED'));
      await telling;
      const { status } = await client.end(RandomSaga, 'program');
      return { seed, left: status === 'completed' ? [] : world.standing };
    },
    ends: { seed, left: [] },
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
    for (const seed of seeds.slice(0, PROGRAMS / 6)) await crashEverywhereIn(expected(seed), ({ status }) => status);
  }, 60_000);

  it('D1 C2 C6 end over PostgreSQL, where workers die, as they do in memory', async () => {
    const { kills, cuts } = await runWithKills(scratch, seeds.map(expected), { seed: SEED, deaths: 8, within: 150 });
    process.stdout.write(
      `random programs: ${kills} workers died, ${cuts} times all connections broke (SCENARIO_SEED=${SEED})\n`,
    );
    expect(kills).toBeGreaterThan(0);
  }, 60_000);

  it('C7 leave nothing behind when they are cancelled at any moment, over PostgreSQL where workers die', async () => {
    await runWithKills(scratch, seeds.map(cancelledScenario), { seed: SEED, deaths: 5, within: 150 });
  }, 60_000);

  it('come to more than one kind of end', () => {
    expect(new Set([...ends.values()].map(({ isDone }) => isDone)).size).toBe(2);
  });
});
