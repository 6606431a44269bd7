import fc from 'fast-check';
import { type SagaContext, type SagaScope } from 'reprise/core';
import { Compensate, Saga, Signal, Step } from 'reprise/decorators';
import { Deferred } from './deferred.js';
import { Lab } from './lab.js';

/** A small program: what a saga's code may be made of. */
export type Node =
  | { readonly do: 'step'; readonly name: string }
  | { readonly do: 'sleep'; readonly seconds: number }
  | { readonly do: 'until'; readonly said: number; readonly seconds: number }
  | { readonly do: 'fail'; readonly name: string }
  | { readonly do: 'scope' | 'shield'; readonly body: Node }
  | { readonly do: 'limit'; readonly body: Node; readonly seconds: number }
  | { readonly do: 'stop' }
  | { readonly do: 'try'; readonly body: Node; readonly rescue: Node }
  | { readonly do: 'sequence' | 'all' | 'race' | 'any' | 'settled' | 'first'; readonly parts: readonly Node[] };

export class Declined extends Error {
  override readonly name = 'Declined';
}

/** Runs any program that it gets as its input. */
@Saga({ name: 'interpreter' })
export class Interpreter {
  private said = 0;
  @Step({ errors: [Declined], timeout: '1 day', deadline: '30 days' }) async step(_name: string): Promise<unknown> {
    return undefined;
  }
  @Compensate('step') async undo(_result: unknown, _name: string): Promise<void> {}
  @Signal() say(): void {
    this.said++;
  }
  async run(program: Node, saga: SagaContext): Promise<unknown> {
    const result = await this.interpret(program, saga);
    return { result, id: saga.uuid() };
  }
  /** @param scope the innermost scope that the node is in */
  private async interpret(node: Node, saga: SagaContext, scope?: SagaScope): Promise<unknown> {
    switch (node.do) {
      case 'step':
        return this.step(node.name);
      case 'sleep':
        return saga.sleep(node.seconds * 1_000);
      case 'until':
        return saga.until(() => this.said >= node.said, node.seconds * 1_000);
      case 'fail':
        throw new Declined(node.name);
      case 'scope':
        return saga.scope((own) => this.interpret(node.body, saga, own));
      case 'shield':
        return saga.shielded(() => this.interpret(node.body, saga, scope));
      case 'limit':
        return saga.withTimeout(node.seconds * 1_000, (own) => this.interpret(node.body, saga, own));
      case 'stop':
        return scope?.cancel('stopped');
      case 'first':
        return saga.scope(async (own) => {
          const parts = node.parts.map((part) => this.interpret(part, saga, own));
          return this.together('race', parts).finally(() => own.cancel('one is enough'));
        });
      case 'try':
        try {
          return await this.interpret(node.body, saga, scope);
        } catch (error) {
          return [(error as Error).message, await this.interpret(node.rescue, saga, scope)];
        }
      case 'sequence': {
        const heard: unknown[] = [];
        for (const part of node.parts) heard.push(await this.interpret(part, saga, scope));
        return heard;
      }
      default:
        return this.together(
          node.do,
          node.parts.map((part) => this.interpret(part, saga, scope)),
        );
    }
  }
  private async together(how: 'all' | 'race' | 'any' | 'settled', parts: Promise<unknown>[]): Promise<unknown> {
    // Losers of a race that is over may fail later: that is for the code to care for, as in any async code.
    for (const part of parts) part.catch(() => undefined);
    if (how === 'all') return Promise.all(parts);
    if (how === 'race') return Promise.race(parts);
    if (how === 'any')
      return Promise.any(parts).catch((error: AggregateError) => Promise.reject(new Declined(error.message)));
    return (await Promise.allSettled(parts)).map(({ status }) => status);
  }
}

const names = fc.constantFrom('a', 'b', 'c', 'd');
export const program = fc.letrec<{ node: Node; parts: readonly Node[] }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('step' as const), name: names }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep' as const), seconds: fc.integer({ min: 0, max: 5 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('until' as const),
        said: fc.integer({ min: 0, max: 2 }),
        seconds: fc.integer({ min: 1, max: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), name: names }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('scope' as const, 'shield' as const), body: tie('node') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('limit' as const),
        body: tie('node'),
        seconds: fc.integer({ min: 0, max: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('try' as const), body: tie('node'), rescue: tie('node') }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('sequence', 'all', 'race', 'any', 'settled', 'first').map((kind) => kind as 'all'),
        parts: tie('parts'),
      }),
    },
  ),
  parts: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
})).node;

/** What the world does next, drawn at random: settle a step, let time pass, say something, cancel, crash. */
export const moves = fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 30 });

export async function runAtRandom(node: Node, draws: readonly number[]): Promise<Lab> {
  const lab = new Lab();
  let steps = new Deferred();
  const open = () => lab.open([Interpreter], { bodies: { step: (args) => steps.byArgument(args) } });
  await open();
  await lab.start(Interpreter, node);
  for (let i = 0; i < 200; i++) {
    const { status } = await lab.engine.describe('one');
    if (status !== 'running' && status !== 'compensating') break;
    const draw = draws[i % draws.length]! + i;
    if (draw % 11 === 0 && i < 60) {
      steps = new Deferred();
      await open();
    } else if (draw % 7 === 0 && status === 'running') await lab.engine.signal('one', 'say', []).catch(() => undefined);
    else if (draw % 23 === 0) await lab.engine.cancel('one').catch(() => undefined);
    else if (steps.names.length > 0 && draw % 5 !== 0) {
      const name = steps.names[draw % steps.names.length]!;
      if (draw % 3 === 0) steps.reject(name, new Declined(`${name} declined`));
      else steps.resolve(name, { [name]: i });
    } else await lab.advance(1_000);
    await lab.calm();
  }
  // Whatever the draws left over: the world answers everything in the end.
  for (let i = 0; i < 100 && ['running', 'compensating'].includes(await lab.status()); i++) {
    for (const name of [...steps.names]) steps.resolve(name, name);
    await lab.advance(10_000);
  }
  return lab;
}
