import type { SagaScope } from 'reprise/core';
import {
  Compensate,
  Query,
  Saga,
  sagaDefinition,
  Signal,
  Step,
  Update,
  type SagaClass,
  type SagaContext,
} from 'reprise/decorators';
import { Deferred } from './deferred.js';
import { Lab } from './lab.js';

export class Declined extends Error {
  override readonly name = 'Declined';
}

/** What a program of these specs can ask for. */
export interface Work {
  /** The scope that a handler may cancel. */
  scope: SagaScope | undefined;
  said: string[];
  step(name: string): Promise<string>;
}

export type Program = (work: Work, saga: SagaContext) => Promise<unknown>;

/** A saga that runs a program. Its step is settled by the test, by the name that it gets, and is tried twice. */
export function scoped(program: Program, name = 'scoped'): SagaClass {
  @Saga({ name })
  class Scoped implements Work {
    scope: SagaScope | undefined;
    said: string[] = [];
    @Step({
      errors: [Declined],
      timeout: '1 day',
      deadline: '9 days',
      retry: { attempts: 2, backoff: '1s', jitter: 0 },
    })
    async step(name: string): Promise<string> {
      return name;
    }
    @Compensate('step') async undo(_result: string | undefined, _name: string): Promise<void> {}
    @Signal() stop(reason: string): void {
      this.scope?.cancel(reason);
    }
    @Signal() say(word: string): void {
      this.said.push(word);
    }
    @Query() meddle(): string {
      this.scope!.cancel();
      return 'cancelled';
    }
    @Update() async ask(name: string): Promise<string> {
      return this.step(name);
    }
    async run(_input: undefined, saga: SagaContext): Promise<unknown> {
      return program(this, saga);
    }
  }
  return Scoped;
}

/** How a call ended: what it answered, or the code (else the name) of its error. */
export function ended(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: { code?: string; name: string }) => error.code ?? error.name);
}

/** The lab with one program in it. */
export class Bench {
  readonly lab = new Lab();
  readonly undone: unknown[] = [];
  steps = new Deferred();
  private readonly bodies = {
    step: (args: readonly unknown[]) => this.steps.byArgument(args),
    undoBegin: () => this.steps.byArgument(['undone']),
    undo: ([result, name]: readonly unknown[]) => void this.undone.push([name, result]),
  };

  private constructor(
    private saga: SagaClass,
    private readonly others: readonly SagaClass[],
  ) {}

  /** Starts the program, beside other sagas that it may have as children. */
  static async of(program: Program, ...others: SagaClass[]): Promise<Bench> {
    const bench = new Bench(scoped(program), others);
    await bench.reopen();
    await bench.lab.start(bench.saga);
    return bench;
  }

  /** Crashes, and starts again from what is stored, with other code if there is some; attempts that were under way are lost. */
  async reopen(program?: Program): Promise<void> {
    this.steps = new Deferred();
    if (program) this.saga = scoped(program);
    await this.lab.open([this.saga, ...this.others], { bodies: this.bodies });
    await this.lab.calm();
  }

  async answer(name: string, result: unknown = `${name} done`): Promise<void> {
    this.steps.resolve(name, result);
    await this.lab.calm();
  }

  async fail(name: string, error: unknown): Promise<void> {
    this.steps.reject(name, error);
    await this.lab.calm();
  }

  async cancel(reason?: string): Promise<void> {
    await this.lab.engine.cancel('one', reason);
    await this.lab.calm();
  }

  async signal(name: string, ...args: unknown[]): Promise<void> {
    await this.lab.engine.signal('one', name, args);
    await this.lab.calm();
  }

  /** Sends an update, whose answer is for another test. */
  async ask(name: string): Promise<void> {
    const asked = this.lab.engine.update(sagaDefinition(this.saga), 'one', 'ask', [name]);
    asked.catch(() => undefined);
    await this.lab.calm();
  }

  result(): Promise<unknown> {
    return this.lab.result(this.saga);
  }

  /** The types of what happened, in order. */
  async told(): Promise<string[]> {
    return (await this.lab.events()).map(({ type }) => type);
  }
}
