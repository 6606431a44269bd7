import { contract, type Remote } from 'reprise/contracts';
import { SagaError, type SagaCalls, type SagaContext } from 'reprise/core';
import { z } from 'zod';
import { Compensate } from './compensate.decorator.js';
import { Query } from './query.decorator.js';
import { sagaCommands } from './saga-commands.js';
import { sagaDefinition } from './saga-definition.js';
import { Saga } from './saga.decorator.js';
import { Signal } from './signal.decorator.js';
import { Step } from './step.decorator.js';

const Stock = contract('stock', {
  take: {
    input: z.object({ sku: z.string() }),
    output: z.object({ id: z.string() }),
    errors: { SoldOut: z.object({ sku: z.string() }) },
  },
  giveBack: { input: z.object({ id: z.string() }) },
});

class CardDeclined extends Error {
  constructor(readonly card: string) {
    super(`${card} was declined`);
  }
}

class Base {
  @Step({ timeout: '1s' }) async notify(_whom: string) {}
  @Step() async charge(_amount: number) {
    return 'base';
  }
}

@Saga({ name: 'order', version: 3, input: z.object({ total: z.number(), note: z.string().default('none') }) })
class Order extends Base {
  count = 0;
  @Step(Stock.take, { timeout: '5s' }) declare take: Remote<typeof Stock.take>;
  @Step(Stock.giveBack) other!: Remote<typeof Stock.giveBack>;
  @Compensate('take', Stock.giveBack) giveBack(taken: { id: string } | undefined, { sku }: { sku: string }) {
    return { id: taken?.id ?? sku };
  }
  @Step({ errors: [CardDeclined], retry: { attempts: 2 } }) override async charge(_amount: number) {
    return 'order';
  }
  @Compensate('charge', { timeout: '2s' }) async refund() {}
  @Signal('add-one') increase(by: number) {
    this.count += by;
  }
  @Query() fields(): object {
    return { ...this };
  }
  async run(input: { total: number; note: string }, saga: SagaContext) {
    await this.take({ sku: input.note });
    return `${saga.id} ${await this.charge(input.total)}`;
  }
}

function recordingCalls(): { calls: SagaCalls; asked: unknown[][]; violations: SagaError[] } {
  const asked: unknown[][] = [];
  const violations: SagaError[] = [];
  const calls: SagaCalls = {
    context: { id: 'one' } as SagaContext,
    step: async (name, args) => {
      asked.push([name, ...args]);
      return `answer to ${name}`;
    },
    dynamicStep: () => Promise.resolve(undefined),
    emit: () => undefined,
    waitFor: async () => undefined,
    child: () => Promise.resolve(undefined),
    violate: (error) => violations.push(error),
  };
  return { calls, asked, violations };
}

describe('the definition of a saga class', () => {
  it('is made once', () => {
    expect(sagaDefinition(Order)).toBe(sagaDefinition(Order));
  });

  it('has the name, the version, the signals and the queries', () => {
    const { name, version, signals, queries } = sagaDefinition(Order);
    expect({ name, version, signals: [...signals], queries: [...queries] }).toEqual({
      name: 'order',
      version: 3,
      signals: ['add-one'],
      queries: ['fields'],
    });
  });

  it('has the steps of the class and of the class it extends, the subclass having the last word', () => {
    const { steps } = sagaDefinition(Order);
    expect([...steps.keys()].sort()).toEqual(['charge', 'giveBack', 'notify', 'other', 'refund', 'take']);
    expect(steps.get('notify')!.policy.timeout).toBe(1_000);
    expect(steps.get('charge')!.policy.attempts).toBe(2);
  });

  it('C4 gives compensations a policy without end, and names them at their step', () => {
    const { steps } = sagaDefinition(Order);
    expect(steps.get('charge')!.undo).toBe('refund');
    expect(steps.get('refund')).toMatchObject({ policy: { timeout: 2_000, attempts: Infinity, deadline: Infinity } });
    expect(steps.get('take')!.undo).toBe('giveBack');
    expect(steps.get('notify')!.undo).toBeUndefined();
  });

  it('has the addresses of commands, on `declare` and on `!` properties', () => {
    const { steps } = sagaDefinition(Order);
    expect(steps.get('take')!.command).toEqual({ service: 'stock', operation: 'take' });
    expect(steps.get('other')!.command).toEqual({ service: 'stock', operation: 'giveBack' });
    expect(steps.get('giveBack')!.command).toEqual({ service: 'stock', operation: 'giveBack' });
    expect(steps.get('charge')!.command).toBeUndefined();
    expect(sagaCommands(Order)).toEqual([Stock.take, Stock.giveBack]);
  });

  it('S4 throws declared errors again as what they were, of contracts and of the class', () => {
    const { steps } = sagaDefinition(Order);
    const declined = steps.get('charge')!.declared.get('CardDeclined')!;
    const revived = declined.revive(declined.record(new CardDeclined('visa'))!);
    expect(revived).toBeInstanceOf(CardDeclined);
    expect(revived).toMatchObject({ card: 'visa', message: 'visa was declined' });
    expect([...steps.get('take')!.declared.keys()]).toEqual(['SoldOut']);
  });

  it('completes an input by the schema, and refuses a wrong one with its paths', async () => {
    const { validate } = sagaDefinition(Order);
    await expect(validate({ total: 1 })).resolves.toEqual({ total: 1, note: 'none' });
    const refused = await validate({ total: 'x', note: 1 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SagaError);
    expect(refused).toMatchObject({ code: 'INVALID_INPUT' });
    expect((refused as SagaError).what).toMatch(/^The input of saga "order" is not valid: total: .*; note: /);
  });

  it('refuses a class that is not a saga', () => {
    expect(() => sagaDefinition(Base)).toThrow('Base is not a saga.');
  });
});

describe('the program of one instance', () => {
  it('D6 asks the engine for every step, local or remote, instead of running the body', async () => {
    const { calls, asked } = recordingCalls();
    const program = sagaDefinition(Order).open(calls);
    await expect(program.run({ total: 9, note: 'abc' })).resolves.toBe('one answer to charge');
    expect(asked).toEqual([
      ['take', { sku: 'abc' }],
      ['charge', 9],
    ]);
  });

  it('D6 asks the engine also where fields are defined by assignment of undefined (`!` with ES2022 fields)', async () => {
    @Saga({ name: 'es2022' })
    class Es2022 {
      @Step(Stock.giveBack) other!: Remote<typeof Stock.giveBack>;
      constructor() {
        // What the compiler emits with `useDefineForClassFields`.
        Object.defineProperty(this, 'other', {
          value: undefined,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      async run() {
        await this.other({ id: 'r1' });
      }
    }
    const { calls, asked } = recordingCalls();
    await sagaDefinition(Es2022).open(calls).run(undefined);
    expect(asked).toEqual([['other', { id: 'r1' }]]);
  });

  it('D6 is a fresh object each time, and signals change its fields only', () => {
    const [first, second] = [recordingCalls(), recordingCalls()].map(({ calls }) => sagaDefinition(Order).open(calls));
    first!.signal('add-one', [2]);
    expect(first!.query('fields', [])).toEqual({ count: 2 });
    expect(second!.query('fields', [])).toEqual({ count: 0 });
  });

  it('C3 maps an undo to the input of its command, also when the outcome is unknown', () => {
    const program = sagaDefinition(Order).open(recordingCalls().calls);
    expect(program.mapUndo('giveBack', { id: 'r1' }, [{ sku: 'abc' }])).toEqual({ id: 'r1' });
    expect(program.mapUndo('giveBack', undefined, [{ sku: 'abc' }])).toEqual({ id: 'abc' });
  });

  it('refuses signals and queries that it does not have', () => {
    const program = sagaDefinition(Order).open(recordingCalls().calls);
    expect(() => program.signal('increase', [])).toThrow('has no signal "increase". It has add-one.');
    expect(() => program.query('giveBack', [])).toThrow('has no query "giveBack". It has fields.');
  });

  it('refuses a compensation that the code calls itself, and reports it', async () => {
    @Saga({ name: 'impatient' })
    class Impatient {
      @Step() async charge() {}
      @Compensate('charge') async refund() {}
      async run() {
        await this.charge();
        await this.refund().catch(() => undefined);
      }
    }
    const { calls, violations } = recordingCalls();
    const program = sagaDefinition(Impatient).open(calls);
    await expect(program.run(undefined)).rejects.toMatchObject({ code: 'COMPENSATION_CALLED' });
    expect(violations.map(({ what }) => what)).toEqual(['Saga "impatient" called its compensation refund() itself.']);
  });

  it('refuses a query that returns a promise after all', () => {
    @Saga({ name: 'promising' })
    class Promising {
      @Query() later(): unknown {
        return Promise.reject(new Error('nobody waits for this'));
      }
      async run() {}
    }
    const program = sagaDefinition(Promising).open(recordingCalls().calls);
    expect(() => program.query('later', [])).toThrow('returned a promise');
  });
});
