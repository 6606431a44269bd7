// The engine at work: sagas of local no-op steps against PostgreSQL. One JSON line per run.
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { Step, Saga, sagaDefinition, performLocal } from '../../dist/libs/decorators/src/index.js';
import { SagaEngine } from '../../dist/libs/runtime/src/index.js';
import { postgres } from '../../dist/libs/store-postgres/src/index.js';

/** A saga of `steps` local steps whose results take about a hundred bytes, decorated without a compiler. */
export function noopSaga(steps) {
  class Noop {
    async work(i) {
      return { ok: true, step: i, data: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJabcdefghijklmnop' };
    }
    async run() {
      for (let i = 0; i < steps; i++) await this.work(i);
      return { steps };
    }
  }
  Step()(Noop.prototype, 'work', Object.getOwnPropertyDescriptor(Noop.prototype, 'work'));
  Saga({ name: `bench.noop.${steps}` })(Noop);
  return Noop;
}

export async function openEngine(url, schema, sagaClass, options = {}) {
  const engine = new SagaEngine({ store: postgres({ url, schema }), ...options });
  const definition = sagaDefinition(sagaClass);
  const host = new sagaClass();
  engine.host({ definition, perform: (step, args) => performLocal(host, step, args) });
  await engine.open();
  return { engine, definition };
}

/** Sagas per second with `flight` under way at a time. */
export async function throughput({ engine, definition }, sagas, flight) {
  let next = 0;
  const latencies = [];
  const begun = performance.now();
  const one = async () => {
    while (next++ < sagas) {
      const at = performance.now();
      const id = await engine.start(definition, {});
      await engine.result(id, { definition });
      latencies.push(performance.now() - at);
    }
  };
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: flight }, one));
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - begun) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  return { sagas, flight, seconds, sagasPerSecond: sagas / seconds, p50: at(0.5), p99: at(0.99), nodeCpu: (user + system) / 1e6 };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const url = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  const lanes = Number(process.env.LANES ?? 2);
  const world = await openEngine(url, 'reprise_bench', noopSaga(5), { lanes });
  await throughput(world, 1000, 100);
  console.log(lanes, 'lanes', await throughput(world, Number(process.env.SAGAS ?? 5000), Number(process.env.FLIGHT ?? 100)));
  await world.engine.close();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('drop schema reprise_bench cascade');
  await admin.end();
}
