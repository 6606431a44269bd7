import { Registry } from 'prom-client';
import { Compensate, performLocal, Saga, sagaDefinition, Step } from 'reprise/decorators';
import { prometheus } from 'reprise/metrics';
import { METRICS, SagaEngine, SystemClock } from 'reprise/runtime';
import { MemoryStore } from 'reprise/testing';
import { until } from '../transactions/process.js';

@Saga({ name: 'brew' })
class BrewSaga {
  private static tries = 0;

  @Step({ retry: { backoff: '1ms', attempts: 2 } })
  async boil(): Promise<void> {
    if (BrewSaga.tries++ === 0) throw new Error('cold');
  }
  @Compensate('boil') async pour(): Promise<void> {}

  async run(ends: 'well' | 'badly'): Promise<void> {
    await this.boil();
    if (ends === 'badly') throw new Error('spilt');
  }
}

describe('metrics', () => {
  const register = new Registry();
  const store = new MemoryStore(new SystemClock());
  const engine = new SagaEngine({
    store,
    keep: 0,
    metrics: prometheus({ register, storeCache: 0, storeLimit: '100ms' }),
  });
  const brew = sagaDefinition(BrewSaga);
  const saga = new BrewSaga();
  engine.host({ definition: brew, perform: (step, args) => performLocal(saga, step, args) });
  const lines = async (name: string): Promise<string[]> =>
    (await register.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#'));

  beforeAll(() => engine.open());
  afterAll(() => engine.close());

  it('S5 C2 count what is durable: starts, ends, attempts by outcome, undos', async () => {
    await engine.result(await engine.start(brew, 'well', { id: 'secret-id' }));
    await expect(engine.result(await engine.start(brew, 'badly'))).rejects.toThrow('spilt');
    expect(await lines(METRICS.started.name)).toEqual(['saga_started_total{saga="brew"} 2']);
    expect(await lines(METRICS.closed.name)).toEqual([
      'saga_closed_total{saga="brew",outcome="completed"} 1',
      'saga_closed_total{saga="brew",outcome="compensated"} 1',
    ]);
    expect(await lines(METRICS.compensations.name)).toEqual(['saga_compensations_total{saga="brew"} 1']);
    const counted = (await lines(METRICS.attempts.name)).filter((line) => !line.endsWith(' 0'));
    expect(counted).toEqual([
      'saga_step_attempts_total{saga="brew",step="boil",outcome="completed"} 2',
      'saga_step_attempts_total{saga="brew",step="boil",outcome="failed"} 1',
      'saga_step_attempts_total{saga="brew",step="pour",outcome="completed"} 1',
    ]);
    expect(await lines(METRICS.duration.name)).toContain('saga_duration_seconds_count{saga="brew"} 2');
    const durations = await lines(METRICS.stepDuration.name);
    expect(durations).toContain('saga_step_duration_seconds_bucket{saga="brew",step="boil",le="+Inf"} 3');
    await until(() => engine.resident === 0);
    expect(await lines(METRICS.evicted.name)).toEqual(['saga_evicted_total 2']);
  });

  it('have no id, tag or payload in them, and parse as Prometheus has it', async () => {
    const text = await register.metrics();
    expect(text).not.toContain('secret-id');
    const bad = text.split('\n').filter((line) => !/^(#.*|[a-z_]+(\{[^}]*\})? ([\d.e+-]+|Nan)|)$/.test(line));
    expect(bad).toEqual([]);
    const names = text.match(/^# TYPE (\w+)/gm)!.map((line) => line.slice(7));
    expect(names.sort()).toEqual(
      Object.values(METRICS)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('W6 go without the figures of a store that does not answer, and say so', async () => {
    expect(await lines(METRICS.storeRead.name)).toEqual(['saga_store_read 1']);
    expect(await lines(METRICS.workers.name)).toEqual(['saga_workers 1']);
    let asked = 0;
    store.catalogue.figures = () => new Promise(() => void asked++);
    expect(await lines(METRICS.storeRead.name)).toEqual(['saga_store_read 0']);
    expect(await lines(METRICS.workers.name)).toEqual([]);
    expect(asked).toBe(1);
  });
});
