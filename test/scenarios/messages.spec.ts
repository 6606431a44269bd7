import { Compensate, Query, Saga, Signal, Step, Update, UpdateValidator, type SagaContext } from 'reprise/decorators';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// An order that can be asked how it stands, also when it has ended.

@Saga({ name: 'order' })
class OrderSaga {
  private phase: 'packing' | 'at the carrier' | 'delivered' = 'packing';
  private readonly stops: string[] = [];

  constructor(private readonly shop: Books) {}

  @Step() async pack(): Promise<void> {
    this.shop.did('packed');
  }
  @Signal() scanned(stop: string): void {
    this.stops.push(stop);
  }
  @Query() status() {
    return { phase: this.phase, stops: this.stops };
  }

  async run(_order: undefined, saga: SagaContext): Promise<string> {
    await this.pack();
    this.phase = 'at the carrier';
    await saga.until(() => this.stops.includes('home'));
    this.phase = 'delivered';
    return this.stops.join(' > ');
  }
}

const tracked = scenario({
  name: 'M2 an order answers how it stands, open and closed',
  sagas: (shop) => [new OrderSaga(shop)],
  async drive(client) {
    const seen: unknown[] = [];
    const look = async (): Promise<number> => seen.push(await client.query(OrderSaga, 'order', 'status'));
    const stops = async (): Promise<number> => (await client.query(OrderSaga, 'order', 'status')).stops.length;
    await client.start(OrderSaga, undefined, 'order');
    await client.until(async () => (await client.query(OrderSaga, 'order', 'status')).phase === 'at the carrier');
    await look();
    for (const stop of ['Hamburg', 'Berlin']) await client.signal(OrderSaga, 'order', 'scanned', stop);
    await client.until(async () => (await stops()) === 2);
    await look();
    await client.signal(OrderSaga, 'order', 'scanned', 'home');
    const end = await client.end(OrderSaga, 'order');
    await look();
    return { seen, end };
  },
  ends: {
    seen: [
      { phase: 'at the carrier', stops: [] },
      { phase: 'at the carrier', stops: ['Hamburg', 'Berlin'] },
      { phase: 'delivered', stops: ['Hamburg', 'Berlin', 'home'] },
    ],
    end: { status: 'completed', result: 'Hamburg > Berlin > home' },
  },
  standing: () => ['packed'],
});

// A cart that is filled from outside, and given up when its customer does not come back.

@Saga({ name: 'cart' })
class CartSaga {
  private readonly items: string[] = [];
  private isAway = false;
  private isPaid = false;

  constructor(private readonly stock: Books) {}

  @Step() async reserve(item: string): Promise<void> {
    this.stock.did(`reserved ${item}`);
  }
  @Compensate('reserve') async release(): Promise<void> {
    this.stock.undid();
  }
  @Step() async remind(items: readonly string[]): Promise<void> {
    this.stock.did(`reminder of ${items.join(' and ')}`);
  }

  @Update() async add(item: string): Promise<number> {
    await this.reserve(item);
    this.items.push(item);
    return this.items.length;
  }
  @UpdateValidator('add') mayAdd(item: string): void {
    if (this.items.includes(item)) throw new Error(`${item} is in the cart already`);
  }
  @Update() async checkOut(): Promise<string[]> {
    this.isPaid = true;
    return this.items;
  }
  @Signal() leave(): void {
    this.isAway = true;
  }

  async run({ idle }: { idle: number }, saga: SagaContext): Promise<string[]> {
    await saga.until(() => this.isPaid || this.isAway);
    if (!(await saga.until(() => this.isPaid, idle))) await this.remind(this.items);
    if (!(await saga.until(() => this.isPaid, idle))) throw new Error('the customer did not come back');
    await saga.until(() => saga.handlersFinished);
    return this.items;
  }
}

const paid = scenario({
  name: 'M3 a cart that is filled and paid, where an update that is sent twice is done once',
  sagas: (stock) => [new CartSaga(stock)],
  async drive(client) {
    await client.start(CartSaga, { idle: client.days(1_000) }, 'cart');
    const counts = [
      await client.update(CartSaga, 'cart', 'add', 'tea'),
      await client.updateAs('request 17', CartSaga, 'cart', 'add', 'pot'),
      await client.updateAs('request 17', CartSaga, 'cart', 'add', 'pot'),
    ];
    const refused = await client
      .update(CartSaga, 'cart', 'add', 'tea')
      .catch((error: Error & { code?: string }) => error.code);
    const bought = await client.update(CartSaga, 'cart', 'checkOut');
    return { counts, refused, bought, end: await client.end(CartSaga, 'cart') };
  },
  ends: {
    counts: [1, 2, 2],
    refused: 'UPDATE_REJECTED',
    bought: ['tea', 'pot'],
    end: { status: 'completed', result: ['tea', 'pot'] },
  },
  standing: () => ['reserved pot', 'reserved tea'],
});

const leftBehind = scenario({
  name: 'M3 a cart whose customer leaves',
  sagas: (stock) => [new CartSaga(stock)],
  async drive(client) {
    await client.start(CartSaga, { idle: client.days(2) }, 'cart');
    for (const item of ['tea', 'pot']) await client.update(CartSaga, 'cart', 'add', item);
    await client.signal(CartSaga, 'cart', 'leave');
    return client.end(CartSaga, 'cart');
  },
  ends: { status: 'compensated', error: 'the customer did not come back', compensated: ['reserve', 'reserve'] },
  standing: () => ['reminder of tea and pot'],
});

// A ticket that can be found by where it stands, and refuses what it cannot do.

class AlreadyClosed extends Error {
  override readonly name = 'AlreadyClosed';
}

@Saga({ name: 'ticket' })
class TicketSaga {
  private readonly notes: string[] = [];
  private isClosed = false;

  constructor(private readonly desk: Books) {}

  @Step({ errors: [AlreadyClosed] }) async write(note: string, isClosed: boolean): Promise<void> {
    if (isClosed) throw new AlreadyClosed(note);
    this.desk.did(note);
  }
  @Update() async note(note: string): Promise<number> {
    await this.write(note, this.isClosed);
    return this.notes.push(note);
  }
  @Update() async close(): Promise<void> {
    this.isClosed = true;
  }
  @Signal() archive(): void {
    this.notes.push('archived');
  }

  async run(_input: undefined, saga: SagaContext): Promise<string[]> {
    saga.tag({ stands: 'open' });
    await saga.until(() => this.isClosed);
    saga.tag({ stands: 'closed', notes: this.notes.length });
    await saga.until(() => this.notes.includes('archived') && saga.handlersFinished);
    return this.notes;
  }
}

const found = scenario({
  name: 'M3 a ticket that is tagged, and answers an update with an error of its step',
  sagas: (desk) => [new TicketSaga(desk)],
  async drive(client) {
    const tags = async (): Promise<unknown> => (await client.act((engine) => engine.describe(client.id('t')))).tags;
    await client.start(TicketSaga, undefined, 't');
    const count = await client.update(TicketSaga, 't', 'note', 'it rains in');
    const open = await tags();
    await client.update(TicketSaga, 't', 'close');
    const refused = await client.update(TicketSaga, 't', 'note', 'still').catch((error: Error) => error.cause);
    const closed = await tags();
    await client.signal(TicketSaga, 't', 'archive');
    return { count, open, closed, refused, end: await client.end(TicketSaga, 't') };
  },
  ends: {
    count: 1,
    open: { stands: 'open' },
    closed: { stands: 'closed', notes: 1 },
    refused: expect.objectContaining({ name: 'AlreadyClosed', message: 'still' }),
    end: { status: 'completed', result: ['it rains in', 'archived'] },
  },
  standing: () => ['it rains in'],
});

family('messages', [tracked, paid, leftBehind, found]);
