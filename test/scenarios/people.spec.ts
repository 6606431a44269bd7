import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// Somebody has to decide; who does not is reminded, then the boss is asked.

interface Holiday {
  readonly remindAfter: number;
  readonly askBossAfter: number;
  readonly giveUpAfter: number;
}

@Saga({ name: 'holiday' })
class HolidaySaga {
  private decision: 'yes' | 'no' | undefined;

  constructor(private readonly office: Books) {}

  @Step() async block(): Promise<void> {
    this.office.did('days blocked');
  }
  @Compensate('block') async unblock(): Promise<void> {
    this.office.undid();
  }
  @Step() async write(to: 'manager' | 'boss', what: 'please decide' | 'reminder'): Promise<void> {
    this.office.did(`${to}: ${what}`);
  }

  @Signal() decide(decision: 'yes' | 'no'): void {
    this.decision ??= decision;
  }

  async run(holiday: Holiday, saga: SagaContext): Promise<void> {
    await this.block();
    if ((await this.decided(holiday, saga)) === 'no') throw new Error('declined');
  }

  private async decided(holiday: Holiday, saga: SagaContext): Promise<'yes' | 'no'> {
    const isDecided = (): boolean => this.decision !== undefined;
    await this.write('manager', 'please decide');
    if (!(await saga.until(isDecided, holiday.remindAfter))) await this.write('manager', 'reminder');
    if (!(await saga.until(isDecided, holiday.askBossAfter))) await this.write('boss', 'please decide');
    if (!(await saga.until(isDecided, holiday.giveUpAfter))) throw new Error('nobody decided');
    return this.decision!;
  }
}

const escalated = scenario({
  name: 'M5 approval by the boss, after the manager said nothing',
  sagas: (office) => [new HolidaySaga(office)],
  async drive(client, office) {
    const terms = { remindAfter: client.days(2), askBossAfter: client.days(1), giveUpAfter: client.days(1_000) };
    await client.start(HolidaySaga, terms, 'holiday');
    await client.until(() => office.has('boss: please decide'));
    await client.signal(HolidaySaga, 'holiday', 'decide', 'yes');
    return client.end(HolidaySaga, 'holiday');
  },
  ends: { status: 'completed' },
  standing: () => ['boss: please decide', 'days blocked', 'manager: please decide', 'manager: reminder'],
});

const declined = scenario({
  name: 'C2 approval that the manager declines before anybody is reminded',
  sagas: (office) => [new HolidaySaga(office)],
  async drive(client) {
    const terms = { remindAfter: client.days(1_000), askBossAfter: client.days(1), giveUpAfter: client.days(1) };
    await client.start(HolidaySaga, terms, 'holiday');
    await client.signal(HolidaySaga, 'holiday', 'decide', 'no');
    return client.end(HolidaySaga, 'holiday');
  },
  ends: { status: 'compensated', error: 'declined', compensated: ['block'] },
  standing: () => ['manager: please decide'],
});

const ignored = scenario({
  name: 'M5 approval that nobody gives',
  sagas: (office) => [new HolidaySaga(office)],
  async drive(client) {
    const terms = { remindAfter: client.days(2), askBossAfter: client.days(1), giveUpAfter: client.days(3) };
    await client.start(HolidaySaga, terms, 'holiday');
    return client.end(HolidaySaga, 'holiday');
  },
  ends: { status: 'compensated', error: 'nobody decided', compensated: ['block'] },
  standing: () => ['boss: please decide', 'manager: please decide', 'manager: reminder'],
});

// An undo that no retry mends.

class Bank extends Books {
  /** Closed accounts take no money back. */
  readonly isClosed: boolean = true;
}

@Saga({ name: 'deposit' })
class DepositSaga {
  constructor(private readonly bank: Bank) {}

  @Step() async charge(): Promise<string> {
    this.bank.did('deposit charged');
    return 'payment 1';
  }
  @Compensate('charge', { retry: { attempts: 3, backoff: 5 } }) async refund(): Promise<void> {
    if (this.bank.isClosed) throw new Error('the account is closed');
    this.bank.undid();
  }
  @Step() async handOver(): Promise<void> {
    this.bank.did('key handed over');
  }
  @Compensate('handOver') async takeBack(): Promise<void> {
    this.bank.undid();
  }
  @Step({ retry: false }) async inspect(): Promise<void> {
    throw new Error('the car is broken');
  }

  async run(): Promise<void> {
    await this.charge();
    await this.handOver();
    await this.inspect();
  }
}

const paidByHand = scenario({
  name: 'C4 an undo that gives up waits for a person, who did it by hand',
  world: () => new Bank(),
  sagas: (bank) => [new DepositSaga(bank)],
  async drive(client) {
    await client.start(DepositSaga, undefined, 'deposit');
    await client.until(async () => (await client.status('deposit')) === 'incident');
    const by = { by: 'anna', reason: 'paid in cash' };
    await client.operate('deposit', (control, id, call) => control.complete(id, call, undefined, by), 'refund');
    return client.end(DepositSaga, 'deposit');
  },
  ends: {
    status: 'compensated',
    error: expect.stringContaining('the car is broken'),
    compensated: ['handOver', 'charge'],
  },
  standing: () => ['deposit charged'],
});

family('people', [escalated, declined, ignored, paidByHand]);
