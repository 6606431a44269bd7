import { Saga, SagaHealthIndicator, SagaModule } from 'reprise';
import { closeApplications, memoryStore, started } from './application.js';

@Saga({ name: 'healthy' })
class HealthySaga {
  async run(): Promise<void> {}
}

describe('the health indicator', () => {
  afterEach(closeApplications);

  it('W1 is up while the store answers and the lease holds, and down without either', async () => {
    const store = memoryStore();
    const app = await started({ imports: [SagaModule.forRoot({ store })], providers: [HealthySaga] });
    const health = app.get(SagaHealthIndicator);
    const details = { store: 'reachable', lease: 'held', resident: 0, overdue: 0, workers: 1 };
    expect(await health.check()).toEqual({ saga: { status: 'up', ...details } });
    const figures = store.catalogue.figures.bind(store.catalogue);
    store.catalogue.figures = async () => ({ ...(await figures()), overdue: 60_000 });
    expect(await health.check('sagas', { maxOverdue: '30s' })).toMatchObject({ sagas: { status: 'down' } });
    store.catalogue.figures = () => new Promise(() => undefined);
    const unreachable = { status: 'down', store: 'unreachable', lease: 'held', resident: 0 };
    expect(await health.check('saga', { timeout: '10ms' })).toEqual({ saga: unreachable });
    store.catalogue.figures = figures;
    await app.close();
    expect(await health.check()).toMatchObject({ saga: { status: 'down', lease: 'lapsed' } });
  });

  it('has no lease to hold where no sagas run', async () => {
    const app = await started({ imports: [SagaModule.forRoot({ store: memoryStore(), worker: false })] });
    expect(await app.get(SagaHealthIndicator).check()).toMatchObject({ saga: { status: 'up', lease: 'none' } });
  });
});
