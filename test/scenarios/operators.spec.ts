import { Compensate, Query, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

const ANNA = { by: 'anna', reason: 'ticket 4711' };

// What people do to an instance: hold it, hurry it, mend its input, call it off, end it.

class Provider extends Books {
  isUp = true;
  takesBack = true;

  use(what: string): void {
    if (!this.isUp) throw new Error('the provider is down');
    this.did(what);
  }
}

@Saga({ name: 'payout' })
class PayoutSaga {
  private isReleased = false;

  constructor(private readonly provider: Provider) {}

  @Step() async reserve(): Promise<void> {
    this.provider.did('reserved');
  }
  @Compensate('reserve') async free(): Promise<void> {
    this.provider.undid();
  }
  /** Tried again after a day, which is a year for whoever waits for it. */
  @Step({ retry: { attempts: 5, backoff: '1 day', max: '1 day' }, deadline: '30 days' })
  async transfer(account: string): Promise<string> {
    this.provider.use(`transfer to ${account}`);
    return account;
  }
  @Compensate('transfer', { retry: { attempts: 2, backoff: 5 } })
  async recall(): Promise<void> {
    if (!this.provider.takesBack) throw new Error('the account is closed');
    this.provider.undid();
  }

  @Signal() release(): void {
    this.isReleased = true;
  }
  @Query() state(): string {
    return this.isReleased ? 'released' : 'held';
  }

  async run({ account, isValid }: { account: string; isValid: boolean }, saga: SagaContext): Promise<string> {
    await this.reserve();
    await saga.until(() => this.isReleased);
    const paidTo = await this.transfer(account);
    if (!isValid) throw new Error('not a valid payout');
    return paidTo;
  }
}

const held = scenario({
  name: 'C7 an instance that is paused takes messages in and begins nothing',
  world: () => new Provider(),
  sagas: (provider) => [new PayoutSaga(provider)],
  async drive(client, provider) {
    await client.start(PayoutSaga, { account: 'A', isValid: true }, 'payout');
    await client.until(() => provider.has('reserved'));
    await client.operate('payout', (control, id) => control.pause(id, ANNA));
    await client.signal(PayoutSaga, 'payout', 'release');
    await client.until(async () => (await client.query(PayoutSaga, 'payout', 'state')) === 'released');
    const meanwhile = [...provider.standing];
    await client.operate('payout', (control, id) => control.resume(id, ANNA));
    return { meanwhile, end: await client.end(PayoutSaga, 'payout') };
  },
  ends: { meanwhile: ['reserved'], end: { status: 'completed', result: 'A' } },
  standing: () => ['reserved', 'transfer to A'],
});

const hurried = scenario({
  name: 'S4 a step that waits for its next try is tried at once when the provider is back',
  world: () => new Provider(),
  sagas: (provider) => [new PayoutSaga(provider)],
  async drive(client, provider) {
    provider.isUp = false;
    await client.start(PayoutSaga, { account: 'A', isValid: true }, 'payout');
    await client.signal(PayoutSaga, 'payout', 'release');
    await client.until(async () => (await client.act((engine) => engine.describe(client.id('payout')))).retrying);
    provider.isUp = true;
    await client.operate('payout', (control, id) => control.retry(id, ANNA));
    return client.end(PayoutSaga, 'payout');
  },
  ends: { status: 'completed', result: 'A' },
  standing: () => ['reserved', 'transfer to A'],
});

const mended = scenario({
  name: 'S3 a step whose input a person mends',
  world: () => new Provider(),
  sagas: (provider) => [new PayoutSaga(provider)],
  async drive(client, provider) {
    provider.isUp = false;
    await client.start(PayoutSaga, { account: 'wrong', isValid: true }, 'payout');
    await client.signal(PayoutSaga, 'payout', 'release');
    await client.until(async () => (await client.act((engine) => engine.describe(client.id('payout')))).retrying);
    provider.isUp = true;
    await client.operate(
      'payout',
      (control, id, call) => control.editInput(id, call, ['right'], { ...ANNA, happened: false }),
      'transfer',
    );
    return client.end(PayoutSaga, 'payout');
  },
  ends: { status: 'completed', result: 'right' },
  standing: () => ['reserved', 'transfer to right'],
});

const skipped = scenario({
  name: 'C4 an undo that nobody can do is called off by a person',
  world: () => new Provider(),
  sagas: (provider) => [new PayoutSaga(provider)],
  async drive(client, provider) {
    provider.takesBack = false;
    await client.start(PayoutSaga, { account: 'A', isValid: false }, 'payout');
    await client.signal(PayoutSaga, 'payout', 'release');
    await client.until(async () => (await client.status('payout')) === 'incident');
    await client.operate('payout', (control, id, call) => control.skipCompensation(id, call, ANNA), 'recall');
    return client.end(PayoutSaga, 'payout');
  },
  ends: { status: 'compensated', error: 'not a valid payout', compensated: ['reserve'] },
  standing: () => ['transfer to A'],
});

const cancelled = scenario({
  name: 'C7 an instance that is cancelled undoes what it did',
  world: () => new Provider(),
  sagas: (provider) => [new PayoutSaga(provider)],
  async drive(client, provider) {
    await client.start(PayoutSaga, { account: 'A', isValid: true }, 'payout');
    await client.until(() => provider.has('reserved'));
    await client.cancel('payout', 'the customer called');
    return client.end(PayoutSaga, 'payout');
  },
  ends: { status: 'cancelled', error: expect.stringContaining('the customer called'), compensated: ['reserve'] },
});

const terminated = scenario({
  name: 'C7 an instance that is terminated leaves everything as it is',
  world: () => new Provider(),
  sagas: (provider) => [new PayoutSaga(provider)],
  async drive(client, provider) {
    await client.start(PayoutSaga, { account: 'A', isValid: true }, 'payout');
    await client.until(() => provider.has('reserved'));
    await client.operate('payout', (control, id) => control.terminate(id, ANNA));
    return client.end(PayoutSaga, 'payout');
  },
  ends: { status: 'terminated', error: ANNA.reason },
  standing: () => ['reserved'],
});

// What failed goes on when the cause is mended.

@Saga({ name: 'report' })
class ReportSaga {
  constructor(private readonly provider: Provider) {}

  @Step() async collect(): Promise<number> {
    this.provider.did('collected');
    return 17;
  }
  @Step({ retry: false }) async send(pages: number): Promise<string> {
    this.provider.use(`sent ${pages} pages`);
    return `${pages} pages`;
  }
  async run(): Promise<string> {
    return this.send(await this.collect());
  }
}

const redriven = scenario({
  name: 'S3 an instance that failed goes on where it failed, and does nothing twice',
  world: () => new Provider(),
  sagas: (provider) => [new ReportSaga(provider)],
  async drive(client, provider) {
    provider.isUp = false;
    await client.start(ReportSaga, undefined, 'report');
    const before = await client.end(ReportSaga, 'report');
    provider.isUp = true;
    await client.operate('report', async (control, id) => void (await control.redrive(id, ANNA)));
    return { before, after: await client.end(ReportSaga, 'report') };
  },
  ends: {
    before: { status: 'failed', error: expect.stringContaining('the provider is down') },
    after: { status: 'completed', result: '17 pages' },
  },
  standing: () => ['collected', 'sent 17 pages'],
});

family('operators', [held, hurried, mended, skipped, cancelled, terminated, redriven]);
