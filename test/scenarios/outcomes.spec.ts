import { didNotHappen, happened, StepFailedError, StepUnknownError } from 'reprise';
import { Compensate, Saga, Signal, Step, Verify, type SagaContext } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// A transfer whose answer gets lost: somebody looks whether it happened.

class Bank extends Books {
  constructor(readonly loses: 'the answer' | 'the request') {
    super();
  }
  transfer(): never {
    if (this.loses === 'the answer') this.did('transfer');
    throw new Error('connection lost');
  }
}

@Saga({ name: 'rent' })
class RentSaga {
  constructor(private readonly bank: Bank) {}

  @Step({ retry: { attempts: 2, backoff: 5 }, onUnknown: 'verify' }) async transfer(): Promise<string> {
    return this.bank.transfer();
  }
  @Verify('transfer') async findTransfer() {
    return this.bank.has('transfer') ? happened('by transfer') : didNotHappen;
  }
  @Step() async debit(): Promise<string> {
    this.bank.did('debit');
    return 'by debit';
  }
  async run(): Promise<string> {
    try {
      return await this.transfer();
    } catch (error) {
      if (error instanceof StepFailedError && error.code === 'STEP_DID_NOT_HAPPEN') return this.debit();
      throw error;
    }
  }
}

const verified = scenario({
  name: 'S6 a step whose answer is lost, and which is found to have happened',
  world: () => new Bank('the answer'),
  sagas: (bank) => [new RentSaga(bank)],
  async drive(client) {
    await client.start(RentSaga, undefined, 'rent');
    return client.end(RentSaga, 'rent');
  },
  ends: { status: 'completed', result: 'by transfer' },
  standing: () => ['transfer'],
});

const absent = scenario({
  name: 'S6 a step that never arrived, and is done in another way',
  world: () => new Bank('the request'),
  sagas: (bank) => [new RentSaga(bank)],
  async drive(client) {
    await client.start(RentSaga, undefined, 'rent');
    return client.end(RentSaga, 'rent');
  },
  ends: { status: 'completed', result: 'by debit' },
  standing: () => ['debit'],
});

// An answer that comes when nobody waits for it any more, but has to be taken back.

class Broker extends Books {
  token: string | undefined;
}

@Saga({ name: 'option' })
class OptionSaga {
  private isOver = false;

  constructor(private readonly broker: Broker) {}

  @Step({ errors: [] }) async buy(patience: number): Promise<string> {
    const step = currentStep()!;
    this.broker.did('order');
    this.broker.token = step.token;
    return step.completeLater<string>({ within: patience });
  }
  @Compensate('buy') async sell(): Promise<void> {
    this.broker.undid();
  }
  @Step() async note(what: string): Promise<void> {
    this.broker.did(what);
  }
  @Signal() close(): void {
    this.isOver = true;
  }

  async run({ patience }: { patience: number }, saga: SagaContext): Promise<void> {
    try {
      await this.buy(patience);
    } catch (error) {
      if (!(error instanceof StepUnknownError)) throw error;
      await this.note('no answer yet');
    }
    await saga.until(() => this.isOver);
    throw new Error('the market has closed');
  }
}

const late = scenario({
  name: 'S7 a step that completes when its outcome was given up is undone all the same',
  world: () => new Broker(),
  sagas: (broker) => [new OptionSaga(broker)],
  async drive(client, broker) {
    await client.start(OptionSaga, { patience: client.days(2) }, 'option');
    await client.until(() => broker.has('no answer yet'));
    await client.act((engine) => engine.completions.complete(broker.token!, 'bought'));
    await client.signal(OptionSaga, 'option', 'close');
    return client.end(OptionSaga, 'option');
  },
  ends: { status: 'compensated', error: 'the market has closed', compensated: ['buy'] },
  standing: () => ['no answer yet'],
});

family('outcomes', [verified, absent, late]);
