import { inspect } from 'node:util';
import 'reflect-metadata';
import { SagaError, type SagaCalls, type SagaContext } from 'reprise/core';
import { poison } from './poison.js';
import { Query } from './query.decorator.js';
import { sagaDefinition } from './saga-definition.js';
import { Saga } from './saga.decorator.js';
import { Step } from './step.decorator.js';

class PaymentGateway {
  limit = 10;
  async charge(amount: number) {
    return amount;
  }
}

type Touch = (saga: Greedy) => unknown;

@Saga({ name: 'greedy' })
class Greedy {
  readonly token!: { name: string };
  constructor(
    readonly gateway: PaymentGateway,
    readonly send: (mail: string) => void,
  ) {}
  @Step() async charge(amount: number) {
    return this.gateway.charge(amount);
  }
  @Query() fields(): object {
    return this;
  }
  async run(touch: Touch) {
    return await touch(this);
  }
}
// What Nest writes for `@Inject('MAIL')` and for `@Inject('TOKEN')` on a field.
Reflect.defineMetadata('self:paramtypes', [{ index: 1, param: Symbol('MAIL') }], Greedy);
Reflect.defineMetadata('self:properties_metadata', [{ key: 'token', type: 'TOKEN' }], Greedy);

function open(): { instance: Greedy; run: (touch: Touch) => Promise<unknown>; violations: string[] } {
  const violations: string[] = [];
  const calls: SagaCalls = {
    context: {} as SagaContext,
    step: async () => undefined,
    dynamicStep: () => Promise.resolve(undefined),
    emit: () => undefined,
    waitFor: async () => undefined,
    child: () => Promise.resolve(undefined),
    violate: (error) => violations.push(error.what),
  };
  const program = sagaDefinition(Greedy).open(calls);
  return { instance: program.query('fields', []) as Greedy, run: (touch) => program.run(touch), violations };
}

describe('D6 an injected service on the instance that runs run()', () => {
  it.each<[string, Touch, string]>([
    ['a method', (saga) => saga.gateway.charge(1), 'PaymentGateway.charge'],
    ['a property', (saga) => saga.gateway.limit, 'PaymentGateway.limit'],
    ['a write', (saga) => (saga.gateway.limit = 1), 'PaymentGateway.limit'],
    ['in', (saga) => 'limit' in saga.gateway, 'PaymentGateway.limit'],
    ['delete', (saga) => delete (saga.gateway as { limit?: number }).limit, 'PaymentGateway.limit'],
    ['a comparison', (saga) => (saga.gateway as never as number) > 1, 'PaymentGateway'],
    ['a text', (saga) => `${String(saga.token)}`, 'TOKEN'],
    ['a loop', (saga) => [...(saga.gateway as never as [])], 'PaymentGateway'],
    ['a call of an injected function', (saga) => saga.send('mail'), 'MAIL'],
    ['new of an injected class', (saga) => new (saga.send as never as new () => object)(), 'MAIL'],
    ['a property that was injected into a field', (saga) => saga.token.name, 'TOKEN.name'],
  ])('refuses %s', async (_how, touch, touched) => {
    const { run, violations } = open();
    const thrown = await run(touch).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(SagaError);
    expect(thrown).toMatchObject({
      code: 'INJECTED_SERVICE_TOUCHED',
      what: `Saga "greedy" touched the injected ${touched} in run(), a signal or a query.`,
      advice: 'Wrap it in a @Step().',
    });
    expect(violations).toEqual([(thrown as SagaError).what]);
  });

  it('reports it even when the code catches what was thrown', async () => {
    const { run, violations } = open();
    await run(async (saga) => {
      try {
        await saga.gateway.charge(1);
      } catch {
        return 'never mind';
      }
    });
    expect(violations).toHaveLength(1);
  });

  it('may be looked at: console, JSON, await, a comparison by jest', async () => {
    const { instance, violations } = open();
    expect(inspect(instance, { depth: 5 })).toContain('gateway: {}');
    expect(inspect(instance, { showProxy: true })).toContain('Proxy');
    expect(JSON.stringify(instance)).toBe('{"gateway":{}}');
    expect(await instance.gateway).toBe(instance.gateway);
    expect(instance.gateway).not.toEqual({ limit: 10 });
    expect(Object.prototype.toString.call(instance.gateway)).toBe('[object Object]');
    expect({ ...instance.gateway }).toEqual({});
    expect(violations).toEqual([]);
  });

  it('may be printed by jest', () => {
    const reported: SagaError[] = [];
    const value = poison('x', { name: 'Y', isObject: true }, (error) => reported.push(error));
    expect(() => expect(value).toEqual({ a: 1 })).toThrow('Object {}');
    expect(reported).toEqual([]);
  });

  it('leaves the provider as it is', async () => {
    const provider = new Greedy(new PaymentGateway(), () => undefined);
    await expect(provider.charge(7)).resolves.toBe(7);
  });
});
