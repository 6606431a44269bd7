import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { contract, type Remote } from 'reprise/contracts';
import {
  Compensate,
  currentStep,
  InjectSaga,
  Query,
  Saga,
  SagaCancelledError,
  SagaClient,
  SagaFailedError,
  SagaModule,
  Signal,
  Step,
  type SagaContext,
} from 'reprise';
import { z } from 'zod';
import { Test } from '@nestjs/testing';
import { closeApplications, memoryStore, started } from './application.js';
import { RecordingTransport } from './recording-transport.js';

const Inventory = contract('inventory', {
  reserve: { input: z.object({ orderId: z.string() }), output: z.object({ reservationId: z.string() }) },
  release: { input: z.object({ orderId: z.string() }) },
});

class CardDeclined extends Error {
  constructor(readonly card: string) {
    super(`${card} was declined`);
  }
}

@Injectable()
class PaymentGateway {
  readonly log: string[] = [];
  async charge(orderId: string, card: string) {
    this.log.push(`charge ${orderId} ${currentStep()?.key.split(':')[1]}`);
    if (card === 'stolen') throw new CardDeclined(card);
    return { id: `p-${orderId}` };
  }
  async refund(payment: string) {
    this.log.push(`refund ${payment}`);
  }
}

const Order = z.object({ id: z.string(), total: z.number(), card: z.string().default('good') });
type Order = z.infer<typeof Order>;

@Saga({ name: 'order.place', input: Order })
class PlaceOrderSaga {
  private phase: 'reserving' | 'awaiting approval' | 'paying' = 'reserving';
  private approvedBy?: string;
  @Inject('LIMIT') readonly unusedInRun!: number;

  constructor(@Inject(PaymentGateway) private readonly gateway: PaymentGateway) {}

  @Step(Inventory.reserve, { timeout: '5s' }) declare reserveStock: Remote<typeof Inventory.reserve>;
  @Compensate('reserveStock', Inventory.release)
  releaseStock(_reserved: unknown, order: { orderId: string }) {
    return { orderId: order.orderId };
  }
  @Step({ errors: [CardDeclined] }) async charge(orderId: string, card: string) {
    return this.gateway.charge(orderId, card);
  }
  @Compensate('charge') async refund(payment: { id: string } | undefined, orderId: string) {
    await this.gateway.refund(payment?.id ?? orderId);
  }
  @Step({ retry: false }) async limit() {
    return this.unusedInRun;
  }
  @Signal('approved') approve(by: string) {
    this.approvedBy = by;
  }
  @Query() status(prefix: string) {
    return `${prefix} ${this.phase} ${this.approvedBy}`;
  }
  async run(order: Order, saga: SagaContext) {
    const { reservationId } = await this.reserveStock({ orderId: order.id });
    if (order.total > (await this.limit())) {
      this.phase = 'awaiting approval';
      await saga.until(() => this.approvedBy !== undefined);
    }
    this.phase = 'paying';
    const payment = await this.charge(order.id, order.card);
    if (order.total < 0) throw new Error('no carrier');
    return { paymentId: payment.id, reservationId };
  }
}

@Controller()
class Orders {
  constructor(@InjectSaga(PlaceOrderSaga) readonly client: SagaClient<PlaceOrderSaga, z.input<typeof Order>>) {}
}

@Module({ providers: [PlaceOrderSaga, PaymentGateway, { provide: 'LIMIT', useValue: 1_000 }], controllers: [Orders] })
class OrdersModule {}

async function shop() {
  const transport = new RecordingTransport(['inventory']);
  const app = await started({ imports: [SagaModule.forRoot({ store: memoryStore(), transport }), OrdersModule] });
  return { client: app.get(Orders).client, gateway: app.get(PaymentGateway), transport };
}

describe('a saga in an application', () => {
  afterEach(closeApplications);

  it('runs its steps on the provider and through the transport, and answers its result', async () => {
    const { client, gateway, transport } = await shop();
    const handle = await client.start({ id: 'o1', total: 5 }, { id: 'order-o1', tags: { customer: 'c1' } });
    await expect(handle.result()).resolves.toEqual({ paymentId: 'p-o1', reservationId: 'r1' });
    expect(transport.sent).toEqual(['inventory.reserve {"orderId":"o1"}']);
    expect(gateway.log).toEqual(['charge o1 2']);
    await expect(handle.describe()).resolves.toMatchObject({ status: 'completed', tags: { customer: 'c1' } });
    expect((await handle.history()).flatMap(({ events }) => events).at(-1)).toMatchObject({ type: 'SagaCompleted' });
  });

  it('hands commands to a transport that wants to know them', async () => {
    const { transport } = await shop();
    expect(transport.registered).toEqual(['inventory.reserve', 'inventory.release']);
  });

  it('M1 M2 takes signals and answers queries', async () => {
    const { client } = await shop();
    const handle = await client.start({ id: 'o2', total: 5_000 });
    await handle.signal('approve', 'finance');
    await handle.result();
    await expect(handle.query('status', 'it was')).resolves.toBe('it was paying finance');
    await expect(client.get(handle.id).query('status', 'still')).resolves.toBe('still paying finance');
  });

  it('C2 undoes what was done when run() fails, locally and remotely, and tells why', async () => {
    const { client, gateway, transport } = await shop();
    const handle = await client.start({ id: 'o3', total: -1 });
    const failure = await handle.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SagaFailedError);
    expect(failure).toMatchObject({ compensated: true, cause: { message: 'no carrier' } });
    expect(gateway.log).toEqual(['charge o3 2', 'refund p-o3']);
    expect(transport.sent.at(-1)).toBe('inventory.release {"orderId":"o3"}');
  });

  it('S4 tells a declared error as what it was, and does not try again', async () => {
    const { client, gateway } = await shop();
    const handle = await client.start({ id: 'o4', total: 1, card: 'stolen' });
    const failure = (await handle.result().catch((error: unknown) => error)) as SagaFailedError;
    expect(failure.cause).toBeInstanceOf(CardDeclined);
    expect(failure.cause).toMatchObject({ card: 'stolen' });
    expect(gateway.log).toEqual(['charge o4 2']);
  });

  it('C7 cancels', async () => {
    const { client, transport } = await shop();
    const handle = await client.start({ id: 'o5', total: 5_000 });
    await handle.cancel('changed my mind');
    await expect(handle.result()).rejects.toThrow(SagaCancelledError);
    expect(transport.sent.at(-1)).toBe('inventory.release {"orderId":"o5"}');
  });

  it('I1 an id starts one instance', async () => {
    const { client, gateway } = await shop();
    const [first, second] = await Promise.all([
      client.start({ id: 'o6', total: 1 }, { id: 'same' }),
      client.start({ id: 'o6', total: 1 }, { id: 'same' }),
    ]);
    expect(await second.result()).toEqual(await first.result());
    expect(gateway.log).toHaveLength(1);
    await expect(client.start({ id: 'o6', total: 1 }, { id: 'same', onClosed: 'error' })).rejects.toMatchObject({
      code: 'DUPLICATE_ID',
    });
  });

  it('performs its steps on whatever stands in for the provider in a test', async () => {
    const charged: string[] = [];
    const standIn = {
      limit: async () => 10,
      charge: async (orderId: string) => {
        charged.push(orderId);
        return { id: 'free' };
      },
    };
    const transport = new RecordingTransport(['inventory']);
    const testing = await Test.createTestingModule({
      imports: [SagaModule.forRoot({ store: memoryStore(), transport }), OrdersModule],
    })
      .overrideProvider(PlaceOrderSaga)
      .useValue(standIn)
      .compile();
    await testing.init();
    const handle = await testing.get(Orders).client.start({ id: 'o9', total: 5 });
    await expect(handle.result()).resolves.toMatchObject({ paymentId: 'free' });
    expect(charged).toEqual(['o9']);
    await testing.close();
  });

  it('refuses bad input, unknown instances, signals and queries with a code', async () => {
    const { client } = await shop();
    await expect(client.start({ id: 'o7' } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(client.get('nobody').result()).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    await expect(client.get('nobody').signal('approve', 'x')).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    const untyped = client.get('nobody') as unknown as Record<'signal' | 'query', (name: string) => Promise<void>>;
    await expect(untyped.signal('charge')).rejects.toMatchObject({ code: 'UNKNOWN_SIGNAL' });
    await expect(untyped.query('approve')).rejects.toMatchObject({ code: 'UNKNOWN_QUERY' });
    await expect((await client.start({ id: 'o8', total: 5_000 })).result({ timeout: 1 })).rejects.toMatchObject({
      code: 'RESULT_TIMED_OUT',
    });
  });
});
