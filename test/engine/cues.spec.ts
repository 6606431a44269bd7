import { event } from 'reprise/contracts';
import { StepTransport, type EventListener, type StepCommand, type StepReply } from 'reprise/core';
import { Saga, Signal, StartsOn, Step, type SagaContext } from 'reprise/decorators';
import { testSaga } from 'reprise/testing';
import { z } from 'zod';
import { Lab } from './lab.js';

const OrderPlaced = event('order.placed', z.object({ orderId: z.string(), total: z.number() }));
const OrderPaid = event(
  'order.paid',
  z.object({ orderId: z.string(), by: z.string().optional(), at: z.date().optional() }),
);

@Saga({ name: 'order.place' })
class PlaceOrderSaga {
  @Step() async reserve(): Promise<void> {}
  async run({ orderId, keys = [] }: { orderId: string; keys?: string[] }, saga: SagaContext): Promise<number> {
    await this.reserve();
    if (keys.length === 0) saga.emit(OrderPlaced, { orderId, total: 1 });
    for (const [total, key] of keys.entries()) saga.emit(OrderPlaced, { orderId, total }, { key });
    await this.reserve();
    return 1;
  }
}

@Saga({ name: 'order.pay' })
class AwaitPaymentSaga {
  private open = false;
  @Signal() begin(): void {
    this.open = true;
  }
  async run({ orderId, times = 1 }: { orderId: string; times?: number }, saga: SagaContext): Promise<unknown[]> {
    await saga.until(() => this.open);
    const paid: unknown[] = [];
    for (let i = 0; i < times; i++) {
      paid.push(await saga.waitFor(OrderPaid, { where: { orderId }, timeout: '1 hour' }));
    }
    return paid;
  }
}

@StartsOn(OrderPlaced, { id: ({ orderId }) => `ship-${orderId}`, input: ({ orderId }) => ({ parcel: orderId }) })
@Saga({ name: 'order.ship', input: z.object({ parcel: z.string().min(2) }) })
class ShipOrderSaga {
  async run({ parcel }: { parcel: string }, saga: SagaContext): Promise<string> {
    saga.emit(OrderPaid, { orderId: parcel, by: 'shipping' });
    return parcel;
  }
}

/** Services that hear events: what each got, and what it answers. */
class Services extends StepTransport {
  readonly got: StepCommand[] = [];
  answer: (command: StepCommand) => StepReply | Promise<StepReply> = () => ({
    outcome: 'completed',
    result: undefined,
  });

  constructor(private readonly hearing: readonly EventListener[]) {
    super();
  }
  override listeners(): readonly EventListener[] {
    return this.hearing;
  }
  check(): string[] {
    return [];
  }
  async connect(): Promise<void> {}
  async close(): Promise<void> {}
  async send(command: StepCommand): Promise<StepReply> {
    this.got.push(command);
    return this.answer(command);
  }

  told(service: string): [number, unknown][] {
    return this.got
      .filter(({ address }) => address.service === service)
      .map(({ attempt, input }) => [attempt, (input as { total: number }).total]);
  }
}

const hearing = (...services: string[]): EventListener[] =>
  services.map((service) => ({ service, events: ['order.placed'] }));
const down: StepReply = { outcome: 'transient', error: { name: 'Error', message: 'down' } };

describe('an event that a saga emits', () => {
  it('M6 goes to every service that hears it, with what it comes from, and is not awaited', async () => {
    const lab = new Lab();
    const services = new Services([...hearing('shipping', 'mail'), { service: 'audit', events: ['order.paid'] }]);
    await lab.open([PlaceOrderSaga], { transport: services });
    await lab.start(PlaceOrderSaga, { orderId: 'o1' });
    expect(await lab.result(PlaceOrderSaga)).toBe(1);
    const { key } = await lab.engine.describe('one');
    expect(services.got.map(({ address }) => address)).toEqual([
      { service: 'shipping', operation: 'on.order.placed' },
      { service: 'mail', operation: 'on.order.placed' },
    ]);
    expect(services.got[0]).toMatchObject({
      input: { orderId: 'o1', total: 1 },
      key: `${key.run}:1`,
      instance: 'one',
      cue: { event: 'order.placed', key: 'one', flow: 'one', causation: key.run, correlation: 'one' },
    });
    expect(await lab.eventsOf('EventEmitted')).toEqual([
      { type: 'EventEmitted', call: 1, event: 'order.placed', payload: { orderId: 'o1', total: 1 } },
    ]);
  });

  it('M6 is tried again with growing waits until it is acknowledged, and holds up nobody else', async () => {
    const lab = new Lab();
    const services = new Services(hearing('shipping', 'mail'));
    services.answer = ({ address, attempt }) =>
      address.service === 'shipping' && attempt < 4 ? down : { outcome: 'completed', result: undefined };
    await lab.open([PlaceOrderSaga], { transport: services });
    await lab.start(PlaceOrderSaga, { orderId: 'o1' });
    expect(services.told('mail')).toEqual([[1, 1]]);
    expect(services.told('shipping')).toEqual([[1, 1]]);
    await lab.advance(60_000);
    expect(services.told('shipping').map(([attempt]) => attempt)).toEqual([1, 2, 3, 4]);
    expect(new Set(services.got.map(({ key }) => key)).size).toBe(1);
    expect(await lab.engine.cues.deadLetters()).toEqual([]);
  });

  it('M6 reaches each subscriber in order, key by key', async () => {
    const lab = new Lab();
    const services = new Services(hearing('shipping', 'mail'));
    let failing = true;
    services.answer = ({ address, input }) =>
      failing && address.service === 'shipping' && (input as { total: number }).total === 0
        ? down
        : { outcome: 'completed', result: undefined };
    await lab.open([PlaceOrderSaga], { transport: services });
    await lab.start(PlaceOrderSaga, { orderId: 'o1', keys: ['a', 'b', 'a', 'b', 'a'] });
    const first = (service: string) => services.told(service).map(([, total]) => total);
    expect(first('shipping').filter((total) => total !== 0)).toEqual([1, 3]);
    expect(first('mail').filter((total) => Number(total) % 2 === 0)).toEqual([0, 2, 4]);
    failing = false;
    await lab.advance(60_000);
    expect(first('shipping').slice(-3)).toEqual([0, 2, 4]);
  });

  it('M6 is a dead letter with its cause when it is given up, the next of its key goes on, and a person can try it again', async () => {
    const lab = new Lab();
    const services = new Services(hearing('shipping'));
    let broken = true;
    services.answer = ({ input }) =>
      broken && (input as { total: number }).total === 0 ? down : { outcome: 'completed', result: undefined };
    await lab.open([PlaceOrderSaga], { transport: services, cues: { giveUpAfter: '1 minute' } });
    await lab.start(PlaceOrderSaga, { orderId: 'o1', keys: ['a', 'a'] });
    await lab.advance(120_000);
    const [letter, ...others] = await lab.engine.cues.deadLetters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ subscriber: 'service shipping', error: { message: 'down' }, cue: { key: 'a' } });
    expect(services.told('shipping').at(-1)).toEqual([1, 1]);
    broken = false;
    expect(await lab.engine.cues.redeliver(letter!.cue.id, letter!.subscriber)).toBe(true);
    await lab.calm();
    expect(services.told('shipping').at(-1)).toEqual([1, 0]);
    expect(await lab.engine.cues.deadLetters()).toEqual([]);
  });

  it('M6 is a dead letter at once when the service says that it cannot be handled', async () => {
    const lab = new Lab();
    const services = new Services(hearing('shipping'));
    services.answer = () => ({
      outcome: 'fatal',
      error: { name: 'SagaError', message: 'bad', code: 'INVALID_COMMAND_INPUT' },
    });
    await lab.open([PlaceOrderSaga], { transport: services });
    await lab.start(PlaceOrderSaga, { orderId: 'o1' });
    expect(await lab.engine.cues.deadLetters()).toMatchObject([
      { attempts: 1, error: { code: 'INVALID_COMMAND_INPUT' } },
    ]);
    await lab.advance(3_600_000);
    expect(services.got).toHaveLength(1);
  });

  it('M6 goes on record when nobody hears it', async () => {
    const lab = new Lab();
    await lab.open([PlaceOrderSaga]);
    await lab.start(PlaceOrderSaga, { orderId: 'o1' });
    expect(lab.store.orphans).toMatchObject([
      { reason: 'unhandled-event', payload: { event: 'order.placed', flow: 'one' } },
    ]);
  });

  it('M6 waits for a service that a process without it cannot reach', async () => {
    const lab = new Lab();
    const services = new Services(hearing('shipping'));
    await lab.open([PlaceOrderSaga], { transport: services });
    await lab.open([PlaceOrderSaga]);
    await lab.start(PlaceOrderSaga, { orderId: 'o1' });
    expect(services.got).toEqual([]);
    await lab.open([PlaceOrderSaga], { transport: services });
    await lab.calm();
    expect(services.told('shipping')).toEqual([[1, 1]]);
  });

  it('D5 is compared with history', async () => {
    const lab = new Lab();
    @Saga({ name: 'order.place' })
    class OtherSaga extends PlaceOrderSaga {
      override async run({ orderId }: { orderId: string }, saga: SagaContext): Promise<number> {
        await this.reserve();
        saga.emit(OrderPlaced, { orderId, total: 2 });
        await this.reserve();
        return 2;
      }
    }
    let held = true;
    const reserve = () => (held ? new Promise<void>(() => undefined) : undefined);
    let calls = 0;
    await lab.open([PlaceOrderSaga], { bodies: { reserve: () => (++calls > 1 ? reserve() : undefined) } });
    await lab.start(PlaceOrderSaga, { orderId: 'o1' });
    held = false;
    await lab.open([OtherSaga]);
    await lab.calm();
    expect(await lab.incident()).toContain('event "order.placed" as call 1 with another input');
  });

  it('M6 is refused in the code when it is not what its schema says', async () => {
    @Saga({ name: 'bad' })
    class BadSaga {
      async run(_input: unknown, saga: SagaContext): Promise<string> {
        try {
          saga.emit(OrderPlaced, { orderId: 1 } as never);
          return 'emitted';
        } catch (error) {
          return (error as Error).message;
        }
      }
    }
    const run = await testSaga(BadSaga).start(undefined);
    expect(await run.result()).toContain('is not what event "order.placed" carries: orderId');
    expect(run.emitted).toEqual([]);
  });
});

describe('a saga that starts on an event', () => {
  it('M6 starts once for each id, however often the event comes, and belongs to its flow', async () => {
    const process = await testSaga(PlaceOrderSaga)
      .step('reserve', async () => undefined)
      .hosting(testSaga(ShipOrderSaga))
      .open();
    const run = await process.start(PlaceOrderSaga, { orderId: 'o1', keys: ['a', 'b'] }, { id: 'first' });
    expect(run.emitted.map(({ event, key }) => [event, key])).toEqual([
      ['order.placed', 'a'],
      ['order.placed', 'b'],
    ]);
    expect(process.instances.map(({ id, status }) => [id, status])).toEqual([
      ['first', 'completed'],
      ['ship-o1', 'completed'],
    ]);
    const [placed, , paid] = process.cues;
    expect(paid).toMatchObject({ event: 'order.paid', flow: 'first', causation: placed!.id, correlation: 'ship-o1' });
  });

  it('M6 is a dead letter when it cannot start with what the event carries', async () => {
    const lab = new Lab();
    await lab.open([ShipOrderSaga]);
    await lab.engine.cues.publish('order.placed', { orderId: 'x', total: 1 });
    await lab.calm();
    expect(await lab.engine.cues.deadLetters()).toMatchObject([
      { subscriber: 'saga order.ship', error: { code: 'INVALID_INPUT' } },
    ]);
  });
});

describe('a saga that starts on an event whose id another saga has', () => {
  it('M6 I1 is a dead letter, since no instance of it began', async () => {
    const lab = new Lab();
    await lab.open([ShipOrderSaga, PlaceOrderSaga]);
    await lab.start(PlaceOrderSaga, { orderId: 'o9', keys: ['a'] }, 'ship-o1');
    await lab.engine.cues.publish('order.placed', { orderId: 'o1', total: 1 });
    await lab.calm();
    expect(await lab.engine.cues.deadLetters()).toMatchObject([
      { subscriber: 'saga order.ship', attempts: 1, error: { code: 'DUPLICATE_ID' } },
    ]);
  });
});

describe('a saga that waits for an event', () => {
  const paid = (by: string) => ({ orderId: 'o1', by, at: new Date(0) });
  const open = async (times = 1) => {
    const run = await testSaga(AwaitPaymentSaga).start({ orderId: 'o1', times });
    return run;
  };

  it('M5 M6 gets the payload of the one with its key', async () => {
    const run = await open();
    await run.signal('begin');
    await run.cue(OrderPaid, { ...paid('x'), orderId: 'o2' });
    expect(run.status).toBe('running');
    await run.cue(OrderPaid, paid('card'));
    expect(await run.result()).toEqual([paid('card')]);
  });

  it('M6 finds one that came before the wait, each once, in order', async () => {
    const run = await open(3);
    await run.cue(OrderPaid, paid('a'));
    await run.cue(OrderPaid, paid('b'));
    await run.signal('begin');
    await run.cue(OrderPaid, paid('c'));
    expect(await run.result()).toEqual([paid('a'), paid('b'), paid('c')]);
  });

  it('M6 gets one that came before the wait earlier than those that come while it is looked for', async () => {
    const lab = new Lab();
    await lab.open([AwaitPaymentSaga]);
    await lab.start(AwaitPaymentSaga, { orderId: 'o1', times: 2 });
    await lab.engine.cues.publish('order.paid', paid('a'));
    await lab.calm();
    let look = (): void => undefined;
    const looked = new Promise<void>((resolve) => (look = resolve));
    lab.store.cues.pass = (place) => (place === 'after a wait for an event was known' ? looked : Promise.resolve());
    await lab.engine.signal('one', 'begin', []);
    await lab.calm();
    await lab.engine.cues.publish('order.paid', paid('b'));
    await lab.calm();
    look();
    await lab.calm();
    expect(await lab.result(AwaitPaymentSaga)).toEqual([paid('a'), paid('b')]);
  });

  it('M6 gets one that came before the wait earlier than others, also when the process dies that looked for it', async () => {
    const lab = new Lab();
    await lab.open([AwaitPaymentSaga]);
    await lab.start(AwaitPaymentSaga, { orderId: 'o1', times: 2 });
    await lab.engine.cues.publish('order.paid', paid('a'));
    await lab.calm();
    lab.store.cues.pass = (place) =>
      place === 'after a wait for an event was known' ? new Promise<void>(() => undefined) : Promise.resolve();
    await lab.engine.signal('one', 'begin', []);
    await lab.calm();
    await lab.engine.crash();
    await lab.store.cues.publish([{ ...lab.store.cues.published[0]!, id: 'b', payload: { orderId: 'o1', by: 'b' } }]);
    const [wait] = await lab.store.cues.waiting(lab.store.cues.published[1]!);
    const about = { cue: 'b', run: wait!.key.run, call: wait!.call, flow: 'b' };
    await lab.store.post(wait!.key.shard, 'one', {
      id: 'to the wait',
      kind: 'cue',
      name: 'order.paid',
      input: [{ orderId: 'o1', by: 'b' }, about],
    });
    lab.store.cues.pass = () => Promise.resolve();
    await lab.open([AwaitPaymentSaga]);
    await lab.calm();
    expect(await lab.result(AwaitPaymentSaga)).toEqual([paid('a'), { orderId: 'o1', by: 'b' }]);
  });

  it('M5 goes on without it when the time is up, and one that comes later is on record', async () => {
    const lab = new Lab();
    await lab.open([AwaitPaymentSaga]);
    await lab.start(AwaitPaymentSaga, { orderId: 'o1', times: 1 });
    await lab.engine.signal('one', 'begin', []);
    await lab.advance(3_600_000);
    expect(await lab.result(AwaitPaymentSaga)).toEqual([undefined]);
    await lab.engine.cues.publish('order.paid', paid('late'));
    await lab.calm();
    expect(lab.store.orphans).toMatchObject([{ reason: 'unhandled-event', payload: { event: 'order.paid' } }]);
  });

  it('M4 M6 waits as a row, and is found there', async () => {
    const lab = new Lab();
    await lab.open([AwaitPaymentSaga]);
    await lab.start(AwaitPaymentSaga, { orderId: 'o1' });
    await lab.engine.signal('one', 'begin', []);
    await lab.advance(60_000);
    expect(lab.engine.resident).toBe(0);
    await lab.engine.cues.publish('order.paid', paid('card'));
    await lab.calm();
    expect(await lab.result(AwaitPaymentSaga)).toEqual([paid('card')]);
  });

  it('C7 stops waiting when it is cancelled', async () => {
    const run = await open();
    await run.signal('begin');
    await run.cancel('enough');
    expect(run.status).toBe('cancelled');
  });

  it('M6 goes on waiting in a redriven run', async () => {
    @Saga({ name: 'wait.fail' })
    class WaitThenFailSaga {
      @Step() async ship(): Promise<void> {}
      async run(_: undefined, saga: SagaContext): Promise<unknown> {
        const waiting = saga.waitFor(OrderPaid, { where: { orderId: 'o1' } });
        await this.ship();
        return (await waiting).by;
      }
    }
    let broken = true;
    const lab = new Lab();
    const ship = () => {
      if (broken) throw new Error('no carrier');
    };
    await lab.open([WaitThenFailSaga], { bodies: { ship } });
    await lab.start(WaitThenFailSaga);
    await lab.advance(86_400_000);
    expect(await lab.status()).toBe('failed');
    broken = false;
    await lab.engine.control.redrive('one', { by: 'ops', reason: 'carrier is back' });
    await lab.calm();
    await lab.engine.cues.publish('order.paid', paid('card'));
    await lab.calm();
    expect(await lab.result(WaitThenFailSaga)).toBe('card');
  });
});
