import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { currentStep, type SagaEngine } from 'reprise/runtime';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// A step that races a timer.

class Broker extends Books {
  constructor(readonly picksUp: boolean) {
    super();
  }
}

/** Asks a broker for a price, and takes the list price when the broker does not call back in time. */
@Saga({ name: 'quote' })
class QuoteSaga {
  constructor(private readonly broker: Broker) {}

  @Step({ deadline: '1000 days' }) async ask(sku: string): Promise<number> {
    this.broker.did(`asked for ${sku}`);
    return this.broker.picksUp ? 90 : currentStep()!.completeLater<number>();
  }
  @Step() async note(price: number): Promise<void> {
    this.broker.did(`price ${price}`);
  }

  async run(quote: { sku: string; patience: number }, saga: SagaContext): Promise<string> {
    const answer = this.ask(quote.sku).then((price) => ({ price, by: 'broker' }));
    const tooLate = saga.sleep(quote.patience).then(() => ({ price: 100, by: 'list' }));
    const { price, by } = await Promise.race([answer, tooLate]);
    await this.note(price);
    return by;
  }
}

const quick = scenario({
  name: 'M5 a step that is quicker than its timer',
  world: () => new Broker(true),
  sagas: (broker) => [new QuoteSaga(broker)],
  async drive(client) {
    await client.start(QuoteSaga, { sku: 'tea', patience: client.days(1_000) }, 'quote');
    return client.end(QuoteSaga, 'quote');
  },
  ends: { status: 'completed', result: 'broker' },
  standing: () => ['asked for tea', 'price 90'],
});

const slow = scenario({
  name: 'M5 a step that is slower than its timer',
  world: () => new Broker(false),
  sagas: (broker) => [new QuoteSaga(broker)],
  async drive(client) {
    await client.start(QuoteSaga, { sku: 'tea', patience: client.days(3) }, 'quote');
    return client.end(QuoteSaga, 'quote');
  },
  ends: { status: 'completed', result: 'list' },
  standing: () => ['asked for tea', 'price 100'],
});

// Looking again and again, less and less often.

class RenderFarm extends Books {
  /** Finished when somebody looks for the fifth time. */
  look(): boolean {
    this.did('look');
    return this.standing.length >= 5;
  }
}

/** Waits for a slow service that tells nobody when it has finished. */
@Saga({ name: 'render' })
class RenderSaga {
  constructor(private readonly farm: RenderFarm) {}

  @Step() async isFinished(): Promise<boolean> {
    return this.farm.look();
  }

  async run({ first, longest }: { first: number; longest: number }, saga: SagaContext): Promise<number[]> {
    const waits: number[] = [];
    for (let wait = first; !(await this.isFinished()); wait = Math.min(2 * wait, longest)) {
      waits.push(wait / first);
      await saga.sleep(wait);
    }
    return waits;
  }
}

const polling = scenario({
  name: 'M4 polling a slow service, less and less often',
  world: () => new RenderFarm(),
  sagas: (farm) => [new RenderSaga(farm)],
  async drive(client) {
    await client.start(RenderSaga, { first: client.days(1), longest: client.days(4) }, 'render');
    return client.end(RenderSaga, 'render');
  },
  ends: { status: 'completed', result: [1, 2, 4, 4] },
  standing: () => ['look', 'look', 'look', 'look', 'look'],
});

// A subscription that is charged every month.

class Billing extends Books {
  /** What the customer wants when the invoice of a month comes. */
  readonly wishes = new Map<number, 'upgrade' | 'unsubscribe'>();
}

@Saga({ name: 'subscription' })
class SubscriptionSaga {
  private price = 10;
  private subscribed = true;
  private letters = 0;

  constructor(
    private readonly billing: Billing,
    private readonly engine: () => SagaEngine,
  ) {}

  /** Answers whether the customer has written upon the invoice. */
  @Step() async charge(month: number, price: number): Promise<boolean> {
    this.billing.did(`month ${String(month).padStart(2, '0')}: ${price}`);
    const wish = this.billing.wishes.get(month);
    if (wish) await this.engine().signal(currentStep()!.instance, wish, []);
    return wish !== undefined;
  }

  @Signal() upgrade(): void {
    this.price = 25;
    this.letters++;
  }
  @Signal() unsubscribe(): void {
    this.subscribed = false;
    this.letters++;
  }

  async run({ month, months }: { month: number; months: number }, saga: SagaContext): Promise<number> {
    let charged = 0;
    for (let number = 1; number <= months; number++) {
      const { price } = this;
      const hasWritten = await this.charge(number, price);
      charged += price;
      if (hasWritten) await saga.until(() => this.letters > 0);
      if (await saga.until(() => !this.subscribed, month)) break;
    }
    return charged;
  }
}

const priced = (first: number, last: number, price: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => `month ${String(first + at).padStart(2, '0')}: ${price}`);

const upgraded = scenario({
  name: 'M4 a subscription over 24 months, upgraded after six',
  world: () => new Billing(),
  sagas: (billing, engine) => [new SubscriptionSaga(billing, engine)],
  day: 1,
  size: { usual: 24, crashes: 8 },
  async drive(client, billing, months) {
    billing.wishes.set(6, 'upgrade');
    await client.start(SubscriptionSaga, { month: client.days(30), months }, 'subscription');
    return client.end(SubscriptionSaga, 'subscription');
  },
  ends: (months) => ({ status: 'completed', result: 6 * 10 + (months - 6) * 25 }),
  standing: (months) => [...priced(1, 6, 10), ...priced(7, months, 25)],
});

const unsubscribed = scenario({
  name: 'M1 a subscription that is given up in its fourth month',
  world: () => new Billing(),
  sagas: (billing, engine) => [new SubscriptionSaga(billing, engine)],
  day: 1,
  async drive(client, billing) {
    billing.wishes.set(4, 'unsubscribe');
    await client.start(SubscriptionSaga, { month: client.days(30), months: 24 }, 'subscription');
    return client.end(SubscriptionSaga, 'subscription');
  },
  ends: { status: 'completed', result: 40 },
  standing: () => priced(1, 4, 10),
});

// Asking several at once: the first answer counts, or none that comes in time.

class Suppliers extends Books {
  constructor(readonly quickest: string | undefined) {
    super();
  }
}

@Saga({ name: 'offer' })
class OfferSaga {
  constructor(private readonly suppliers: Suppliers) {}

  @Step({ deadline: '1000 days' }) async ask(supplier: string): Promise<string> {
    this.suppliers.did(`asked ${supplier}`);
    return supplier === this.suppliers.quickest ? supplier : currentStep()!.completeLater<string>();
  }
  @Compensate('ask') async withdraw(): Promise<void> {
    this.suppliers.undid();
  }
  @Step() async order(supplier: string): Promise<void> {
    this.suppliers.did(`ordered from ${supplier}`);
  }

  async run({ patience }: { patience: number }, saga: SagaContext): Promise<string> {
    const first = await saga.withTimeout(patience, () =>
      saga.scope(async (scope) => {
        const answer = await Promise.any(['north', 'south'].map((supplier) => this.ask(supplier)));
        scope.cancel(`${answer} was first`);
        return answer;
      }),
    );
    await this.order(first);
    return first;
  }
}

const offered = scenario({
  name: 'C7 two suppliers, of whom the first to answer is taken and the other is not waited for',
  world: () => new Suppliers('south'),
  sagas: (suppliers) => [new OfferSaga(suppliers)],
  async drive(client) {
    await client.start(OfferSaga, { patience: client.days(1_000) }, 'offer');
    return client.end(OfferSaga, 'offer');
  },
  ends: { status: 'completed', result: 'south' },
  standing: () => ['asked north', 'asked south', 'ordered from south'],
});

const unanswered = scenario({
  name: 'C7 two suppliers of whom none answers within the time: both requests are withdrawn',
  world: () => new Suppliers(undefined),
  sagas: (suppliers) => [new OfferSaga(suppliers)],
  async drive(client) {
    await client.start(OfferSaga, { patience: client.days(3) }, 'offer');
    return client.end(OfferSaga, 'offer');
  },
  ends: { status: 'compensated', error: expect.any(String), compensated: ['ask', 'ask'] },
});

// Something that is asked for several times in a row, and done once.

/** Makes a price list; changes of prices come in a row. */
@Saga({ name: 'price-list' })
class PriceListSaga {
  private readonly notes = new Set<string>();

  constructor(private readonly books: Books) {}

  @Step() async make(version: number): Promise<string> {
    this.books.did(`made version ${version}`);
    return `version ${version}`;
  }
  @Compensate('make') async withdraw(): Promise<void> {
    this.books.undid();
  }
  @Signal() note(text: string): void {
    this.notes.add(text);
  }

  async run(version: number, saga: SagaContext): Promise<string[]> {
    await saga.until(() => this.notes.size === 3);
    return [await this.make(version), ...this.notes];
  }
}

const debounced = scenario({
  name: 'S10 a price list that is asked for three times in a row and made once, with what was asked last',
  sagas: (books) => [new PriceListSaga(books)],
  day: 50,
  async drive(client) {
    for (const version of [1, 2, 3]) {
      await client.start(PriceListSaga, version, 'list', { debounce: client.days(40), maxWait: client.days(1_000) });
      await client.signal(PriceListSaga, 'list', 'note', `note ${version}`);
    }
    return client.end(PriceListSaga, 'list');
  },
  ends: { status: 'completed', result: ['version 3', 'note 1', 'note 2', 'note 3'] },
  standing: () => ['made version 3'],
});

const calledOff = scenario({
  name: 'C7 a price list that is called off before its time, and the next one that is made at its time',
  sagas: (books) => [new PriceListSaga(books)],
  async drive(client) {
    await client.start(PriceListSaga, 1, 'first', { delay: client.days(1_000_000) });
    await client.signal(PriceListSaga, 'first', 'note', 'too early');
    await client.cancel('first', 'no change');
    await client.start(PriceListSaga, 2, 'second', { delay: client.days(3) });
    for (const note of ['a', 'b', 'c']) await client.signal(PriceListSaga, 'second', 'note', note);
    return [await client.end(PriceListSaga, 'first'), await client.end(PriceListSaga, 'second')];
  },
  ends: [
    { status: 'cancelled', error: expect.any(String) },
    { status: 'completed', result: ['version 2', 'a', 'b', 'c'] },
  ],
  standing: () => ['made version 2'],
});

// A long copy that stumbles now and then.

class Archive extends Books {
  private stumbled = 0;

  /** Every third page is only there at the second look. */
  copy(page: number, key: string): void {
    if (page % 3 === 2 && this.stumbled < page) {
      this.stumbled = page;
      throw new Error(`page ${page} is not there`);
    }
    this.did(`page ${page}`, { key: `${key} ${page}` });
  }
}

/** Copies page by page in one step, and says after each how far it is. */
@Saga({ name: 'archive' })
class ArchiveSaga {
  constructor(private readonly archive: Archive) {}

  @Step({ heartbeatTimeout: '20s', retry: { attempts: 100, backoff: '10ms', max: '10ms' } })
  async copy(pages: number): Promise<number> {
    const step = currentStep()!;
    const from = (step.lastHeartbeat as number | undefined) ?? 1;
    for (let page = from; page <= pages; page++) {
      this.archive.copy(page, step.key);
      step.heartbeat(page + 1);
    }
    return pages;
  }

  async run({ pages }: { pages: number }): Promise<number> {
    return this.copy(pages);
  }
}

const archived = scenario({
  name: 'S5 a long copy that stumbles now and then, and goes on where it was',
  world: () => new Archive(),
  sagas: (archive) => [new ArchiveSaga(archive)],
  async drive(client) {
    await client.start(ArchiveSaga, { pages: 9 }, 'archive');
    return client.end(ArchiveSaga, 'archive');
  },
  ends: { status: 'completed', result: 9 },
  standing: () => Array.from({ length: 9 }, (_, at) => `page ${at + 1}`),
});

family('time', [debounced, calledOff, archived, quick, slow, polling, upgraded, unsubscribed, offered, unanswered]);
