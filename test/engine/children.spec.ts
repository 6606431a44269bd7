import { contract } from 'reprise/contracts';
import { SagaFailedError } from 'reprise/core';
import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { z } from 'zod';
import { Lab } from './lab.js';

class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
}

/** What was done and undone in the world. */
let world: string[] = [];
const bodies = {
  pack: ([sku]: readonly never[]) => void world.push(`pack ${String(sku)}`),
  unpack: ([, sku]: readonly never[]) => void world.push(`unpack ${String(sku)}`),
  pay: () => void world.push('pay'),
  refund: () => void world.push('refund'),
  fail: () => {
    throw new OutOfStock('nothing left');
  },
};

@Saga({ name: 'line.ship' })
class ShipLineSaga {
  private held = false;
  @Signal() release(): void {
    this.held = false;
  }
  @Step() async pack(_sku: string): Promise<void> {}
  @Compensate('pack') async unpack(): Promise<void> {}
  @Step({ errors: [OutOfStock] }) async fail(): Promise<void> {}
  async run(line: { sku: string; wait?: boolean; fail?: boolean }, saga: SagaContext): Promise<string> {
    await this.pack(line.sku);
    this.held = line.wait ?? false;
    await saga.until(() => !this.held);
    if (line.fail) await this.fail();
    return `parcel of ${line.sku}`;
  }
}

@Saga({ name: 'order.ship' })
class ShipOrderSaga {
  @Step() async pay(): Promise<void> {}
  @Compensate('pay') async refund(): Promise<void> {}
  @Step({ errors: [OutOfStock] }) async fail(): Promise<void> {}
  async run(
    order: { lines: { sku: string; wait?: boolean; fail?: boolean }[]; fail?: boolean },
    saga: SagaContext,
  ): Promise<string[]> {
    await this.pay();
    const parcels = await Promise.all(order.lines.map((line) => saga.child(ShipLineSaga, line)));
    if (order.fail) await this.fail();
    return parcels;
  }
}

/** Ends with the answer of the first; the other is left under way. */
@Saga({ name: 'first.answer' })
class FirstAnswerSaga {
  @Step() async ask(_carrier: string): Promise<void> {}
  @Compensate('ask') async withdraw(): Promise<void> {}
  async run(): Promise<void> {
    await Promise.race([this.ask('quick'), this.ask('busy')]);
  }
}

@Saga({ name: 'asks.and.fails' })
class AsksAndFailsSaga {
  @Step({ errors: [OutOfStock] }) async fail(): Promise<void> {}
  async run(_input: unknown, saga: SagaContext): Promise<void> {
    await saga.child(FirstAnswerSaga, undefined);
    await this.fail();
  }
}

@Saga({ name: 'let.go' })
class LetGoSaga {
  @Step({ errors: [OutOfStock] }) async fail(): Promise<void> {}
  async run(how: { onParentEnd: 'terminate' | 'abandon'; fail: boolean }, saga: SagaContext): Promise<void> {
    await saga.child(ShipLineSaga, { sku: 'tea' }, how);
    const open = saga.child(ShipLineSaga, { sku: 'pot', wait: true }, how);
    await Promise.race([open, saga.until(() => !how.fail), saga.sleep('500ms')]);
    if (how.fail) await this.fail();
    await open;
  }
}

describe('children', () => {
  let lab: Lab;
  beforeEach(async () => {
    world = [];
    lab = new Lab();
    await lab.open([ShipOrderSaga, ShipLineSaga], { bodies });
  });

  it('C6 run as steps of their parent and hand it their results', async () => {
    await lab.start(ShipOrderSaga, { lines: [{ sku: 'tea' }, { sku: 'pot' }] });
    await lab.advance(1_000);
    expect(await lab.result(ShipOrderSaga)).toEqual(['parcel of tea', 'parcel of pot']);
    expect(await lab.eventsOf('StepScheduled')).toMatchObject([
      { step: 'pay' },
      { step: 'line.ship', child: 'one/1' },
      { step: 'line.ship', child: 'one/2' },
    ]);
    expect((await lab.engine.describe('one/1')).parent).toMatchObject({ id: 'one', call: 1 });
  });

  it('C6 are undone as one step, newest first, when their parent fails after they completed', async () => {
    await lab.start(ShipOrderSaga, { lines: [{ sku: 'tea' }, { sku: 'pot' }], fail: true });
    await lab.advance(1_000);
    await expect(lab.result(ShipOrderSaga)).rejects.toThrow('nothing left');
    expect(world).toEqual(['pay', 'pack tea', 'pack pot', 'unpack pot', 'unpack tea', 'refund']);
    expect(await lab.status('one/1')).toBe('compensated');
    expect(await lab.status()).toBe('compensated');
  });

  it('C3 C6 that left a step under way when they completed do not try it again to be undone', async () => {
    const said: string[] = [];
    await lab.open([AsksAndFailsSaga, FirstAnswerSaga], {
      bodies: {
        ...bodies,
        ask: ([carrier]) => {
          said.push(`ask ${String(carrier)}`);
          if (carrier === 'busy') throw new Error('nobody answers');
        },
        withdraw: ([, carrier]: readonly never[]) => void said.push(`withdraw ${String(carrier)}`),
      },
    });
    await lab.start(AsksAndFailsSaga);
    await lab.advance(60_000);
    expect([await lab.status(), await lab.status('one/0')]).toEqual(['compensated', 'compensated']);
    // Nobody knows whether the carrier heard the one request that it got.
    expect(said).toEqual(['ask quick', 'ask busy', 'withdraw busy', 'withdraw quick']);
    expect(await lab.eventsOf('StepOutcomeUnknown', 'one/0')).toMatchObject([{ call: 1 }]);
  });

  it('C6 that fail undo themselves, and their error reaches the parent as the instance of its class', async () => {
    await lab.start(ShipOrderSaga, { lines: [{ sku: 'tea' }, { sku: 'pot', fail: true }] });
    await lab.advance(1_000);
    const error = await lab.result(ShipOrderSaga).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SagaFailedError);
    expect((await lab.eventsOf('StepFailed'))[0]).toMatchObject({
      kind: 'declared',
      error: { name: 'SagaFailedError' },
    });
    // The one that failed took itself back; the one that completed is taken back by its parent.
    expect(world).toEqual(['pay', 'pack tea', 'pack pot', 'unpack pot', 'unpack tea', 'refund']);
  });

  it('C7 are cancelled first, and the parent is undone when they have ended', async () => {
    await lab.start(ShipOrderSaga, { lines: [{ sku: 'tea' }, { sku: 'pot', wait: true }] });
    await lab.advance(1_000);
    await lab.engine.cancel('one', 'changed my mind');
    await lab.advance(1_000);
    expect(await lab.status('one/2')).toBe('cancelled');
    expect(await lab.status('one/1')).toBe('compensated');
    expect(await lab.status()).toBe('cancelled');
    expect(world).toEqual(['pay', 'pack tea', 'pack pot', 'unpack pot', 'unpack tea', 'refund']);
  });

  describe('whose parent ends before them', () => {
    const begin = async (onParentEnd: 'terminate' | 'abandon', fail: boolean): Promise<void> => {
      await lab.open([LetGoSaga, ShipLineSaga], { bodies });
      await lab.start(LetGoSaga, { onParentEnd, fail });
      await lab.advance(1_000);
    };

    it.each([true, false])(
      'C7 are terminated, if they were made so, and what they did stays (fails: %s)',
      async (fail) => {
        await begin('terminate', fail);
        if (!fail) await lab.engine.cancel('one', 'changed my mind');
        await lab.advance(1_000);
        expect([await lab.status(), await lab.status('one/1')]).toEqual([
          fail ? 'compensated' : 'cancelled',
          'terminated',
        ]);
        expect((await lab.eventsOf('OperatorActed', 'one/1'))[0]).toMatchObject({ action: 'terminate', by: 'one' });
        // The one that had completed is undone.
        expect(world).toEqual(['pack tea', 'pack pot', 'unpack tea']);
      },
    );

    it('C6 go on by themselves, if they were let go, and are never undone', async () => {
      await begin('abandon', true);
      expect(await lab.status()).toBe('failed');
      expect(await lab.status('one/1')).toBe('running');
      await lab.engine.signal('one/1', 'release', []);
      await lab.advance(1_000);
      expect(await lab.status('one/1')).toBe('completed');
      expect(world).toEqual(['pack tea', 'pack pot']);
    });
  });

  it('C6 go on where they stood, and are heard of, when the process dies in between', async () => {
    await lab.start(ShipOrderSaga, { lines: [{ sku: 'tea', wait: true }] });
    await lab.advance(1_000);
    await lab.open([ShipOrderSaga, ShipLineSaga], { bodies });
    await lab.advance(1_000);
    await lab.engine.signal('one/1', 'release', []);
    await lab.advance(1_000);
    expect(await lab.result(ShipOrderSaga)).toEqual(['parcel of tea']);
    expect(world).toEqual(['pay', 'pack tea']);
  });

  it('C6 tell a parent that another process runs, also when the process dies before it told it', async () => {
    await lab.start(ShipOrderSaga, { lines: [{ sku: 'tea', wait: true }] });
    await lab.advance(1_000);
    const { store } = lab;
    store.before = (method) => {
      if (method === 'post' && hold) throw new Error('the process dies before it delivers');
    };
    let hold = false;
    await lab.engine.signal('one/1', 'release', []);
    hold = true;
    await lab.calm();
    hold = false;
    store.before = () => undefined;
    await lab.open([ShipOrderSaga, ShipLineSaga], { bodies });
    await lab.advance(60_000);
    expect(await lab.result(ShipOrderSaga)).toEqual(['parcel of tea']);
  });

  it('C6 fan out to two hundred and in again', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => ({ sku: `sku-${i}` }));
    await lab.start(ShipOrderSaga, { lines });
    await lab.advance(1_000);
    expect(await lab.result(ShipOrderSaga)).toHaveLength(200);
  });

  it('I1 whose id is taken by somebody else end their call with an error that says so', async () => {
    @Saga({ name: 'takes' })
    class TakesSaga {
      async run(_input: undefined, saga: SagaContext): Promise<string> {
        return saga.child(ShipLineSaga, { sku: 'tea' }, { id: 'taken' }).catch((error: Error) => error.message);
      }
    }
    await lab.open([TakesSaga, ShipLineSaga], { bodies });
    await lab.start(ShipLineSaga, { sku: 'pot', wait: true }, 'taken');
    await lab.start(TakesSaga, undefined);
    await lab.advance(1_000);
    expect(await lab.result(TakesSaga)).toContain('"taken"');
  });
});

const Supplier = contract('supplier', {
  order: { input: z.object({ sku: z.string() }), output: z.object({ id: z.string() }) },
  cancel: { input: z.object({ sku: z.string(), id: z.string().optional() }) },
});

@Saga({ name: 'suppliers', calls: [Supplier.order, Supplier.cancel] })
class SuppliersSaga {
  @Step({ errors: [OutOfStock] }) async fail(): Promise<void> {}
  async run(skus: string[], saga: SagaContext): Promise<string[]> {
    const ids: string[] = [];
    for (const sku of skus) {
      const undo = {
        command: Supplier.cancel,
        input: (order: { id: string } | undefined) => ({ sku, ...(order ? { id: order.id } : {}) }),
      };
      ids.push((await saga.call(Supplier.order, { sku }, { undo, retry: false })).id);
    }
    if (skus.includes('nothing')) await this.fail();
    return ids;
  }
}

@Saga({ name: 'undeclared' })
class UndeclaredSaga {
  async run(_input: undefined, saga: SagaContext): Promise<string> {
    return saga.call(Supplier.order, { sku: 'tea' }).then(
      () => 'sent',
      (error: Error) => error.message,
    );
  }
}

describe('calls that are only known at run time', () => {
  const supplier = {
    'supplier.order': ([order]: readonly never[]) => {
      const { sku } = order as unknown as { sku: string };
      world.push(`order ${sku}`);
      if (sku === 'unknown') throw new Error('no answer');
      return { id: `id-${sku}` };
    },
    'supplier.cancel': ([order]: readonly never[]) => void world.push(`cancel ${JSON.stringify(order)}`),
    ...bodies,
  };
  let lab: Lab;
  beforeEach(async () => {
    world = [];
    lab = new Lab();
    await lab.open([SuppliersSaga, UndeclaredSaga], { bodies: supplier });
  });

  it('answer as remote steps do', async () => {
    await lab.start(SuppliersSaga, ['tea', 'pot']);
    expect(await lab.result(SuppliersSaga)).toEqual(['id-tea', 'id-pot']);
  });

  it('C2 C3 are undone newest first, each with its own undo, also when the outcome is unknown', async () => {
    await lab.start(SuppliersSaga, ['tea', 'pot', 'unknown']);
    await lab.advance(1_000);
    await expect(lab.result(SuppliersSaga)).rejects.toThrow('supplier.order');
    expect(world).toEqual([
      'order tea',
      'order pot',
      'order unknown',
      'cancel {"sku":"unknown"}',
      'cancel {"sku":"pot","id":"id-pot"}',
      'cancel {"sku":"tea","id":"id-tea"}',
    ]);
  });

  it('C4 go on being undone after a restart', async () => {
    let fails = true;
    const flaky = {
      ...supplier,
      'supplier.cancel': (args: readonly never[]) => {
        if (fails) throw new Error('away');
        return supplier['supplier.cancel'](args);
      },
    };
    await lab.open([SuppliersSaga], { bodies: flaky });
    await lab.start(SuppliersSaga, ['tea', 'nothing']);
    await lab.advance(1_000);
    expect(await lab.status()).toBe('compensating');
    await lab.open([SuppliersSaga], { bodies: flaky });
    fails = false;
    await lab.advance(60_000);
    expect(await lab.status()).toBe('compensated');
    expect(world.filter((done) => done.startsWith('cancel'))).toHaveLength(2);
  });

  it('are refused when the saga does not declare the command', async () => {
    await lab.start(UndeclaredSaga, undefined);
    expect(await lab.result(UndeclaredSaga)).toContain('Add the command to `calls`');
  });
});
