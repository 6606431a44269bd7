import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { Books } from './harness/books.js';
import type { Client } from './harness/client.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// The first of several offers, the others are not waited for.

/** Asks for offers, takes the first, and buys; or finds out that it cannot. */
@Saga({ name: 'first.offer' })
class FirstOfferSaga {
  constructor(private readonly books: Books) {}

  @Step({ deadline: '1000 days' }) async ask(supplier: string): Promise<string> {
    this.books.did(`asked ${supplier}`);
    return supplier === 'quick' ? supplier : currentStep()!.completeLater<string>();
  }
  @Compensate('ask') async withdraw(): Promise<void> {
    this.books.undid();
  }
  @Step() async buy(supplier: string): Promise<void> {
    this.books.did(`bought from ${supplier}`);
  }
  @Compensate('buy') async giveBack(): Promise<void> {
    this.books.undid();
  }

  async run({ fails }: { fails: boolean }, saga: SagaContext): Promise<string> {
    const first = await saga.scope(async (scope) => {
      const offers = ['slow', 'quick', 'slower'].map((supplier) => this.ask(supplier));
      const offer = await Promise.race(offers);
      scope.cancel('one offer is enough');
      return offer;
    });
    await this.buy(first);
    if (fails) throw new Error('no money');
    return first;
  }
}

const offers = (fails: boolean) => ({
  sagas: (books: Books) => [new FirstOfferSaga(books)],
  async drive(client: Client) {
    await client.start(FirstOfferSaga, { fails }, 'offers');
    return client.end(FirstOfferSaga, 'offers');
  },
});

const taken = scenario({
  name: 'C7 the first of three offers ends the wait for the others',
  ...offers(false),
  ends: { status: 'completed', result: 'quick' },
  standing: () => ['asked quick', 'asked slow', 'asked slower', 'bought from quick'],
});

const withdrawn = scenario({
  name: 'C3 what was given up without an answer is taken back with the rest',
  ...offers(true),
  ends: { status: 'compensated', error: 'no money', compensated: ['buy', 'ask', 'ask', 'ask'] },
});

// A part that is brought to its end although the saga is cancelled meanwhile.

@Saga({ name: 'move.account' })
class MoveAccountSaga {
  private confirmed = false;

  constructor(private readonly books: Books) {}

  @Step() async lock(): Promise<void> {
    this.books.did('lock');
  }
  @Compensate('lock') async unlock(): Promise<void> {
    this.books.undid();
  }
  @Step() async copy(part: string): Promise<void> {
    this.books.did(`copy ${part}`);
  }
  @Compensate('copy') async remove(): Promise<void> {
    this.books.undid();
  }
  @Step() async announce(): Promise<void> {
    this.books.did('announce');
  }
  @Signal() confirm(): void {
    this.confirmed = true;
  }

  async run(_input: undefined, saga: SagaContext): Promise<void> {
    await this.lock();
    await saga.shielded(async () => {
      await this.copy('one');
      await saga.until(() => this.confirmed);
      await this.copy('two');
    });
    await this.announce();
  }
}

const shielded = scenario({
  name: 'C7 a cancellation waits for a shielded part',
  sagas: (books) => [new MoveAccountSaga(books)],
  async drive(client, books) {
    await client.start(MoveAccountSaga, undefined, 'account');
    await client.until(() => books.has('copy one'));
    await client.cancel('account', 'changed their mind');
    await client.signal(MoveAccountSaga, 'account', 'confirm');
    return client.end(MoveAccountSaga, 'account');
  },
  ends: {
    status: 'cancelled',
    error: 'The saga was cancelled: changed their mind',
    compensated: ['copy', 'copy', 'lock'],
  },
});

// A child that does not end in time.

@Saga({ name: 'approval' })
class ApprovalSaga {
  constructor(private readonly books: Books) {}

  @Step() async invite(): Promise<void> {
    this.books.did('invited');
  }
  @Compensate('invite') async disinvite(): Promise<void> {
    this.books.undid();
  }

  async run(_input: undefined, saga: SagaContext): Promise<string> {
    await this.invite();
    await saga.until(() => false);
    return 'approved';
  }
}

@Saga({ name: 'approved.order' })
class ApprovedOrderSaga {
  constructor(private readonly books: Books) {}

  @Step() async note(text: string): Promise<void> {
    this.books.did(text);
  }

  async run({ patience }: { patience: number }, saga: SagaContext): Promise<string> {
    const answer = await saga
      .withTimeout(patience, () => saga.child(ApprovalSaga, undefined))
      .catch((error: Error) => error.name);
    await this.note(answer);
    return answer;
  }
}

const limited = scenario({
  name: 'C6 C7 a child that does not end in time is cancelled, and its parent goes on',
  sagas: (books) => [new ApprovedOrderSaga(books), new ApprovalSaga(books)],
  apart: [ApprovalSaga],
  async drive(client) {
    await client.start(ApprovedOrderSaga, { patience: client.days(5) }, 'order');
    return client.end(ApprovedOrderSaga, 'order');
  },
  ends: { status: 'completed', result: 'SagaTimeoutError' },
  standing: () => ['SagaTimeoutError'],
});

family('scopes', [taken, withdrawn, shielded, limited]);
