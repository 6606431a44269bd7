import { Injectable } from '@nestjs/common';
import { InjectSaga, Saga, SagaClient, SagaModule, SagaQueries, type Retention } from 'reprise';
import { application, closeApplications, memoryStore, started } from './application.js';

@Saga({ name: 'greet', retention: { completed: '7 days', failed: Infinity } })
class GreetSaga {
  async run(name: string) {
    return `hello ${name}`;
  }
}

@Injectable()
class Desk {
  constructor(
    @InjectSaga(GreetSaga) readonly greetings: SagaClient<GreetSaga>,
    readonly queries: SagaQueries,
  ) {}
}

describe('SagaQueries in an application', () => {
  afterEach(closeApplications);

  it('are injected, in a process that runs no saga as well, and open the engine by themselves', async () => {
    const store = memoryStore();
    const worker = await started({ imports: [SagaModule.forRoot({ store })], providers: [GreetSaga, Desk] });
    const tags = { customer: 'c1', since: new Date(0) };
    await (await worker.get(Desk).greetings.start('you', { id: 'one', tags })).result();
    const client = await application({ imports: [SagaModule.forRoot({ store, worker: false })], providers: [Desk] });
    const { queries } = client.get(Desk);
    expect((await queries.list({ tags: { customer: 'c1' } })).instances).toMatchObject([{ id: 'one', tags }]);
    expect(await queries.count({ saga: 'greet', status: 'completed' })).toEqual({ count: 1, exact: true });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'module',
      () =>
        started({ imports: [SagaModule.forRoot({ store: memoryStore(), retention: { open: '1 day' } as Retention })] }),
      'SagaModule: `retention`: "open" in a retention is not how a saga ends.',
    ],
    [
      'saga',
      () => {
        @Saga({ name: 'hasty', retention: 'soon' as Retention })
        class HastySaga {
          async run() {}
        }
        return started({ imports: [SagaModule.forRoot({ store: memoryStore() })], providers: [HastySaga] });
      },
      'HastySaga: retention: "soon" is not a duration.',
    ],
  ])('a retention of the %s that makes no sense is a mistake at start-up', async (_whose, start, sentence) => {
    await expect(start()).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining(sentence),
    });
  });
});
