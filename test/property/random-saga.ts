import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { inAWord } from './end.js';
import { ATTEMPTS, KINDS, UNDO_PACE, type Kind, type Part, type StepPart } from './program.js';

export class Declined extends Error {
  override readonly name = 'Declined';
}

/** What the steps of random sagas work on. An attempt that is made again after a crash does what it did before. */
export class World {
  readonly standing = new Set<string>();

  perform(at: string, { troubles, declines }: StepPart): string {
    const trouble = troubles[currentStep()!.attempt - 1];
    if (!declines && trouble !== 'lost request') this.standing.add(at);
    if (trouble) throw new Error(trouble);
    if (declines) throw new Declined(at);
    return at;
  }

  takeBack(at: string, { undoFailures }: StepPart): void {
    if (currentStep()!.attempt <= undoFailures) throw new Error('the undo fails');
    this.standing.delete(at);
  }
}

const ASKED = { errors: [Declined] };
const every = (pace: number, attempts = ATTEMPTS) => ({ attempts, backoff: pace, factor: 1, jitter: 0 });
const UNDO = { retry: every(UNDO_PACE, Infinity) };

/** Runs any program: what the model predicts is what this comes to in the engine. */
@Saga({ name: 'random' })
export class RandomSaga {
  private readonly heard = new Set<number>();

  constructor(private readonly world: World) {}

  @Signal() tell(signal: number): void {
    this.heard.add(signal);
  }

  @Step({ ...ASKED, retry: every(KINDS.brisk.pace) }) async brisk(at: string, part: StepPart): Promise<string> {
    return this.world.perform(at, part);
  }
  @Step({ ...ASKED, retry: every(KINDS.slow.pace) }) async slow(at: string, part: StepPart): Promise<string> {
    return this.world.perform(at, part);
  }
  @Step({ ...ASKED, retry: every(KINDS.plain.pace) }) async plain(at: string, part: StepPart): Promise<string> {
    return this.world.perform(at, part);
  }
  @Step({ ...ASKED, retry: every(KINDS.pivot.pace), pivot: true })
  async pivot(at: string, part: StepPart): Promise<string> {
    return this.world.perform(at, part);
  }
  @Compensate('brisk', UNDO) async unbrisk(_done: string | undefined, at: string, part: StepPart): Promise<void> {
    this.world.takeBack(at, part);
  }
  @Compensate('slow', UNDO) async unslow(_done: string | undefined, at: string, part: StepPart): Promise<void> {
    this.world.takeBack(at, part);
  }

  async run({ at, part }: { readonly at: string; readonly part: Part }, saga: SagaContext): Promise<string> {
    return this.interpret(part, at, saga);
  }

  private async interpret(part: Part, at: string, saga: SagaContext): Promise<string> {
    switch (part.do) {
      case 'step':
        return this[part.kind satisfies Kind](at, part);
      case 'child':
        return saga.child(RandomSaga, { at: `${at}.c`, part: part.part });
      case 'sleep':
        await saga.sleep(part.ms);
        return 'slept';
      case 'hear': {
        const isHeard = await saga.until(() => this.heard.has(part.signal), part.within);
        return `${isHeard ? 'heard' : 'deaf'} ${part.signal}`;
      }
      case 'compensate':
        await saga.compensate();
        return 'undone';
      case 'shield':
        return saga.shielded(() => this.interpret(part.part, `${at}.s`, saga));
      case 'limit':
        return saga.withTimeout(part.ms, () => this.interpret(part.part, `${at}.l`, saga));
      case 'try':
        return this.interpret(part.part, `${at}.t`, saga).catch(
          async (error: Error) => `${inAWord(error)}! ${await this.interpret(part.rescue, `${at}.r`, saga)}`,
        );
      case 'sequence': {
        const said: string[] = [];
        for (const [index, one] of part.parts.entries()) said.push(await this.interpret(one, `${at}.${index}`, saga));
        return said.join(' ');
      }
    }
    const parts = part.parts.map((one, index) => this.interpret(one, `${at}.${index}`, saga));
    // What loses may fail when nobody looks any more.
    for (const one of parts) one.catch(() => undefined);
    if (part.do === 'race') return Promise.race(parts);
    if (part.do === 'all') return (await Promise.all(parts)).join(' ');
    const settled = await Promise.allSettled(parts);
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : inAWord(one.reason as Error))).join(' ');
  }
}
