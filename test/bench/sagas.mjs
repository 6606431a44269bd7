// The sagas and the engine that the benchmark runs. Written without a compiler: decorators are functions.
import { performance } from 'node:perf_hooks';
import { Query, Saga, sagaDefinition, performLocal, Step } from '../../dist/libs/decorators/src/index.js';
import { SagaEngine } from '../../dist/libs/runtime/src/index.js';
import { postgres } from '../../dist/libs/store-postgres/src/index.js';

/** What every step answers, here and in the floors: about a hundred bytes of JSON. */
export const result = (i) => ({
  ok: true,
  step: i,
  data: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJabcdefghijklmnop',
});

const decorate = (decorator, type, name) =>
  decorator(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name));

/** A saga of `steps` local steps that do nothing, one after the other. */
export function sequence(steps) {
  class Sequence {
    async work(i) {
      return result(i);
    }
    async run() {
      for (let i = 0; i < steps; i++) await this.work(i);
      return { steps };
    }
  }
  decorate(Step(), Sequence, 'work');
  Saga({ name: 'bench.sequence' })(Sequence);
  return Sequence;
}

/** A saga that does one step and then waits for ever. */
export function waiting() {
  class Waiting {
    constructor() {
      this.done = false;
    }
    async work(i) {
      return result(i);
    }
    state() {
      return { done: this.done };
    }
    async run(_input, saga) {
      await this.work(0);
      await saga.until(() => this.done);
    }
  }
  decorate(Step(), Waiting, 'work');
  decorate(Query(), Waiting, 'state');
  Saga({ name: 'bench.waiting' })(Waiting);
  return Waiting;
}

/** The real engine, hosting one saga, over a schema of its own. */
export async function openEngine(url, schema, sagaClass, options = {}) {
  const engine = new SagaEngine({ store: postgres({ url, schema }), ...options });
  const definition = sagaDefinition(sagaClass);
  const host = new sagaClass();
  engine.host({ definition, perform: (step, args) => performLocal(host, step, args) });
  await engine.open();
  return {
    engine,
    definition,
    saga: async () => engine.result(await engine.start(definition, {}), { definition }),
    close: () => engine.close(),
  };
}

/** Runs `sagas` times `saga()`, `flight` at a time. Times in milliseconds. */
export async function measure(saga, sagas, flight, steps) {
  const latencies = [];
  let next = 0;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const one = async () => {
    while (next++ < sagas) {
      const at = performance.now();
      await saga();
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: flight }, one));
  const wall = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const share = (part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
  return {
    stepsPerSecond: (sagas * steps * 1000) / wall,
    p50: share(0.5),
    p99: share(0.99),
    nodeMicrosecondsPerStep: (user + system) / (sagas * steps),
  };
}
