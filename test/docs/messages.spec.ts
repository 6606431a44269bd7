import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { Saga, Signal, Step, type SagaContext } from 'reprise';
import { sagaDefinition, type SagaClass } from 'reprise/decorators';
import { replayHistory, testSaga, type TestRun } from 'reprise/testing';
import { Page } from './markdown.js';

const RUN = '00000000-0000-7000-8000-000000000001';

@Injectable()
class Rates {
  async of(_currency: string): Promise<number> {
    return 1;
  }
}

abstract class Priced {
  @Step()
  async rate(currency: string): Promise<number> {
    return currency.length;
  }

  @Step()
  async book(_amount: number): Promise<void> {}

  abstract run(input: undefined, saga: SagaContext): Promise<void>;
}

@Saga({ name: 'price.it' })
class Recorded extends Priced {
  async run() {
    await this.book(await this.rate('EUR'));
  }
}

@Saga({ name: 'price.it' })
class OtherStep extends Priced {
  async run() {
    await this.book(1);
  }
}

@Saga({ name: 'price.it' })
class OtherInput extends Priced {
  async run() {
    await this.book(await this.rate('SEK'));
  }
}

@Saga({ name: 'price.it' })
class FewerSteps extends Priced {
  async run() {
    await this.rate('EUR');
  }
}

@Saga({ name: 'price.it' })
class MoreSteps extends Priced {
  async run() {
    const rate = await this.rate('EUR');
    await Promise.all([this.book(rate), this.book(rate)]);
  }
}

@Saga({ name: 'price.it' })
class UsesService extends Priced {
  constructor(private readonly rates: Rates) {
    super();
  }

  async run() {
    await this.rates.of('EUR');
  }
}

@Saga({ name: 'price.it' })
class ReadsFile extends Priced {
  async run() {
    await readFile('README.md');
    await this.rate('EUR');
  }
}

@Saga({ name: 'price.it' })
class ThrowsInSignal extends Priced {
  @Signal()
  raise(): void {
    throw new Error('no such limit');
  }

  async run(_input: undefined, saga: SagaContext) {
    await saga.until(() => false);
  }
}

describe('docs/determinism.md shows what the engine says of', () => {
  const page = new Page('docs/determinism.md').text;

  it.each([
    ['another step', OtherStep],
    ['another input', OtherInput],
    ['an end that comes too early', FewerSteps],
    ['a call that history does not have', MoreSteps],
  ])('D5 %s', async (_what, changed) => {
    const { history } = await started(Recorded);
    const replayed = replayHistory({ definition: sagaDefinition(changed), id: 'p-1', run: RUN }, history);
    const message = await replayed.then(
      () => 'no difference',
      (error: Error) => error.message,
    );
    expect(page).toContain(message);
  });

  it('D6 a service that is used in run()', async () => {
    expect(page).toContain(incidentOf(await started(UsesService)));
  });

  it('D7 a promise that is no call', async () => {
    expect(page).toContain(incidentOf(await started(ReadsFile)).split('. ')[0]);
  });

  it('the handler of a signal that throws', async () => {
    const run = await testSaga(ThrowsInSignal).start(undefined, { id: 'p-1' });
    await run.signal('raise');
    expect(page).toContain(incidentOf(run));
  });
});

function started<T extends Priced>(saga: SagaClass<T>): Promise<TestRun<Priced>> {
  return testSaga(saga as unknown as SagaClass<Recorded>)
    .step('rate', () => 2)
    .step('book', () => undefined)
    .start(undefined as never, { id: 'p-1' }) as Promise<unknown> as Promise<TestRun<Priced>>;
}

function incidentOf(run: { readonly history: TestRun<Priced>['history'] }): string {
  const incident = run.history.flatMap(({ events }) => events).find((event) => event.type === 'IncidentOpened');
  return incident?.type === 'IncidentOpened' ? incident.message : 'no incident';
}
