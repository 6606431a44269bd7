import { contract } from 'reprise/contracts';
import type { StepInvocation } from 'reprise/core';
import { Compensate, Saga, Step, type SagaContext } from 'reprise/decorators';
import { z } from 'zod';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// A trip: what is booked is cancelled when the last part of it cannot be had.

class Bookings extends Books {
  /** The hotel answers the third call only. */
  private calls = 0;
  get hotelAnswers(): boolean {
    return ++this.calls >= 3;
  }
}

@Saga({ name: 'trip' })
class TripSaga {
  constructor(private readonly bookings: Bookings) {}

  @Step() async bookFlight(): Promise<void> {
    this.bookings.did('flight');
  }
  @Compensate('bookFlight') async cancelFlight(): Promise<void> {
    this.bookings.undid();
  }
  @Step() async bookHotel(): Promise<void> {
    this.bookings.did('hotel');
  }
  @Compensate('bookHotel', { retry: { backoff: 10 } }) async cancelHotel(): Promise<void> {
    if (!this.bookings.hotelAnswers) throw new Error('nobody answers');
    this.bookings.undid();
  }
  @Step() async bookGuide(): Promise<void> {
    this.bookings.did('guide');
  }
  @Compensate('bookGuide') async cancelGuide(): Promise<void> {
    this.bookings.undid();
  }
  @Step({ retry: { attempts: 2, backoff: 10 } }) async rentCar(): Promise<void> {
    throw new Error('no car left');
  }

  async run(): Promise<void> {
    await this.bookFlight();
    await this.bookHotel();
    await this.bookGuide();
    await this.rentCar();
  }
}

const cancelled = scenario({
  name: 'C2 C4 a trip that is cancelled newest first, and waits for the one that does not answer',
  world: () => new Bookings(),
  sagas: (bookings) => [new TripSaga(bookings)],
  async drive(client, bookings) {
    await client.start(TripSaga, undefined, 'trip');
    return { end: await client.end(TripSaga, 'trip'), takenBack: bookings.takenBack };
  },
  ends: {
    end: {
      status: 'compensated',
      error: expect.stringContaining('no car left'),
      compensated: ['bookGuide', 'bookHotel', 'bookFlight'],
    },
    takenBack: ['guide', 'hotel', 'flight'],
  },
});

// Orders at as many suppliers as it takes, which are only known at run time.

const Supplier = contract('supplier', {
  order: {
    input: z.object({ from: z.string() }),
    output: z.object({ number: z.string() }),
    errors: { SoldOut: z.object({ from: z.string() }) },
  },
  cancel: { input: z.object({ from: z.string(), number: z.string().optional() }) },
});

class Suppliers extends Books {
  /** Performs a command as a supplier that keeps its promises. */
  perform(step: string, { from, number }: { from: string; number?: string }, request: StepInvocation): unknown {
    if (step === Supplier.cancel.pattern) {
      if (number !== undefined && number !== `at ${from}`) throw new Error(`${number} is not an order at ${from}`);
      return this.undid(request);
    }
    if (from === 'sold out') throw new Supplier.errors.SoldOut({ from });
    this.did(`order at ${from}`, request);
    return { number: `at ${from}` };
  }
}

@Saga({ name: 'refill', calls: [Supplier.order, Supplier.cancel] })
class RefillSaga {
  async run({ suppliers, needed }: { suppliers: string[]; needed: number }, saga: SagaContext): Promise<string[]> {
    const orders: string[] = [];
    for (const from of suppliers) {
      try {
        const order = await saga.call(
          Supplier.order,
          { from },
          {
            undo: {
              command: Supplier.cancel,
              input: (done) => ({ from, ...(done ? { number: done.number } : {}) }),
            },
          },
        );
        orders.push(order.number);
      } catch (error) {
        if (!(error instanceof Supplier.errors.SoldOut)) throw error;
      }
      if (orders.length === needed) return orders;
    }
    throw new Error(`only ${orders.length} of ${needed}`);
  }
}

const refill = (name: string, needed: number, ends: object, standing: readonly string[]) =>
  scenario({
    name,
    world: () => new Suppliers(),
    sagas: () => [new RefillSaga()],
    participant: (suppliers) => (step, input, request) => suppliers.perform(step, input, request),
    async drive(client, suppliers) {
      await client.start(RefillSaga, { suppliers: ['north', 'sold out', 'south', 'west'], needed }, 'refill');
      return { end: await client.end(RefillSaga, 'refill'), takenBack: suppliers.takenBack };
    },
    ends,
    standing: () => standing,
  });

const refilled = refill(
  'S4 orders at one supplier after another until there is enough',
  2,
  { end: { status: 'completed', result: ['at north', 'at south'] }, takenBack: [] },
  ['order at north', 'order at south'],
);

const notEnough = refill(
  'C2 orders at suppliers that are all cancelled when there is not enough',
  4,
  {
    end: {
      status: 'compensated',
      error: 'only 3 of 4',
      compensated: ['supplier.order', 'supplier.order', 'supplier.order'],
    },
    takenBack: ['order at west', 'order at south', 'order at north'],
  },
  [],
);

family('undo', [cancelled, refilled, notEnough]);
