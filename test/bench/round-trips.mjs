// npm run bench -- --transports [TCP,NATS]: what a durable remote step costs, as a ratio to Nest's own request and answer in the same run.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Transport } from '@nestjs/microservices';
import { freePort } from '../../scripts/ports.mjs';
import { Saga, Step } from '../../dist/libs/decorators/src/index.js';
import { microservices } from '../../dist/libs/transport-microservices/src/index.js';
import { bareClient } from './bare-clients.mjs';
import { benchContract } from './round-trip-contract.mjs';
import { openEngine } from './sagas.mjs';

const SERVICE = fileURLToPath(new URL('./round-trip-service.mjs', import.meta.url));
const STEPS = 5;
const KAFKA = process.env.KAFKA_BROKER ?? '127.0.0.1:9092';
const url = (name, usual) => process.env[name] ?? usual;

/** How both sides reach a service, as Nest's `options`. */
const OPTIONS = {
  TCP: async () => ({ host: '127.0.0.1', port: await freePort() }),
  GRPC: async () => ({ url: `127.0.0.1:${await freePort()}` }),
  NATS: async () => ({ servers: url('NATS_URL', 'nats://127.0.0.1:4222') }),
  REDIS: async () => {
    const { hostname, port } = new URL(url('REDIS_URL', 'redis://127.0.0.1:6379'));
    return { host: hostname, port: Number(port) };
  },
  MQTT: async () => ({ url: url('MQTT_URL', 'mqtt://127.0.0.1:1883') }),
  RMQ: async () => ({ urls: [url('AMQP_URL', 'amqp://guest:guest@127.0.0.1:5672')] }),
  KAFKA: async () => ({ client: { brokers: [KAFKA] }, consumer: { maxWaitTimeInMs: 20 } }),
};
/** Where a broker has to be, so that one that is missing is said in words. */
const BROKER = {
  NATS: ({ servers }) => servers,
  REDIS: ({ host, port }) => `redis://${host}:${port}`,
  MQTT: ({ url }) => url,
  RMQ: ({ urls }) => urls[0],
  KAFKA: () => `kafka://${KAFKA}`,
};

/** A service in a process of its own. */
async function service(settings) {
  const child = fork(SERVICE, { env: { ...process.env, BENCH_SERVICE: JSON.stringify(settings) } });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ready = new Promise((resolve) => child.once('message', resolve));
  const early = await Promise.race([ready.then(() => undefined), ended.then((code) => `ended with ${code}`)]);
  if (early) throw new Error(`The service ${early}.`);
  return {
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Runs `one()`, `flight` at a time, for a second and then for so many seconds, of which the figures are. */
async function during(seconds, flight, one) {
  let counted = false;
  let over = false;
  const times = [];
  const worker = async () => {
    while (!over) for (const time of await one()) if (counted && !over) times.push(time);
  };
  const workers = Array.from({ length: flight }, worker);
  await Promise.race([new Promise((resolve) => setTimeout(resolve, 1_000)), Promise.all(workers)]);
  counted = true;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await Promise.race([new Promise((resolve) => setTimeout(resolve, seconds * 1_000)), Promise.all(workers)]);
  const wall = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  over = true;
  // Nest's own clients wait for ever for an answer that was lost.
  await Promise.race([new Promise((resolve) => setTimeout(resolve, 5_000)), Promise.all(workers)]);
  times.sort((a, b) => a - b);
  const share = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN;
  return {
    perSecond: (times.length * 1_000) / wall,
    p50: share(0.5),
    p99: share(0.99),
    cpu: (user + system) / times.length,
  };
}

async function timed(body) {
  const at = performance.now();
  await body();
  return performance.now() - at;
}

/** A saga of remote steps, one after the other. It notes how long each took: nothing replays it here. */
function remoteSequence(commands, times) {
  class RemoteSequence {
    async run(id) {
      const own = [];
      for (let i = 0; i < STEPS; i++) own.push(await timed(() => this.work({ i })));
      times.set(id, own);
    }
  }
  Step(commands.work, { timeout: '30s' })(RemoteSequence.prototype, 'work');
  Saga({ name: 'bench.remote' })(RemoteSequence);
  return RemoteSequence;
}

async function bare(transport, name, options, { seconds, flight }) {
  const client = await bareClient(transport, name, benchContract(name).bare.pattern, options);
  try {
    return await during(seconds, flight, async () => [await timed(() => client.send({ i: 1 }))]);
  } finally {
    await client.close();
  }
}

async function steps(transport, name, options, { seconds, flight, database, schema }) {
  const commands = benchContract(name);
  const carrier = microservices({ [name]: { transport: Transport[transport], options } });
  carrier.register(commands.work);
  const times = new Map();
  const world = await openEngine(database, schema, remoteSequence(commands, times), { transport: carrier });
  const { engine, definition } = world;
  try {
    return await during(seconds, flight, async () => {
      const id = randomBytes(9).toString('hex');
      await engine.start(definition, id, { id });
      await engine.result(id, { definition });
      const own = times.get(id);
      times.delete(id);
      return own;
    });
  } finally {
    await world.close();
  }
}

/** @param drop removes a schema */
async function ofTransport(transport, { database, drop, ...load }) {
  const options = await OPTIONS[transport]();
  const missing = BROKER[transport] && (await unreachable(BROKER[transport](options)));
  if (missing) return missing;
  const figures = {};
  for (const [kind, inbox] of Object.entries({ durable: 'reprise_bench_inbox', plain: undefined })) {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    const schema = 'reprise_bench';
    await drop(schema);
    if (inbox) await drop(inbox);
    const listen = { transport: Transport[transport], options };
    const started = await service({ service: name, schema: inbox, url: database, listen });
    try {
      if (inbox) figures.bare = await bare(transport, name, options, load);
      figures[kind] = await steps(transport, name, options, { ...load, database, schema });
    } finally {
      await started.close();
      await drop(schema);
      if (inbox) await drop(inbox);
    }
  }
  return figures;
}

async function unreachable(address) {
  const { hostname, port } = new URL(address);
  const socket = net.connect(Number(port), hostname);
  const found = await new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return found ? undefined : `no broker at ${hostname}:${port}`;
}

/** Measures the transports one after the other and prints the table. */
export async function roundTrips(names, { rounds, median, ...load }) {
  const chosen = names ? names.toUpperCase().split(',') : Object.keys(OPTIONS);
  console.log(
    `${STEPS} remote steps per saga, ${load.flight} sagas in flight, ${load.seconds} s each, medians of ${rounds} rounds; p50 / p99 in ms\n`,
  );
  console.log(
    '| | bare requests/s | p50 / p99 | steps/s, inbox on | ratio | p50 / p99 | steps/s, no inbox | ratio | µs of the engine per step |',
  );
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|');
  for (const transport of chosen) {
    if (!(transport in OPTIONS)) throw new Error(`There is no transport "${transport}".`);
    const measured = [];
    for (let round = 0; round < rounds; round++) measured.push(await ofTransport(transport, load));
    const missing = measured.find((figures) => typeof figures === 'string');
    if (missing) {
      console.log(`| ${transport} | not measured: ${missing} |`);
      continue;
    }
    // Nest's MQTT client lets go of its subscription when nothing is under way, and loses what is answered then.
    const silent = measured.some(({ bare }) => bare.perSecond === 0);
    const m = (kind, figure) => median(measured.map((round) => round[kind][figure]));
    const ratio = (kind) =>
      silent ? '–' : median(measured.map((round) => round[kind].perSecond / round.bare.perSecond)).toFixed(2);
    const latency = (kind) => `${m(kind, 'p50').toFixed(1)} / ${m(kind, 'p99').toFixed(1)}`;
    const rate = (kind) => Math.round(m(kind, 'perSecond'));
    console.log(
      `| ${transport} | ${silent ? 'no answer | –' : `${rate('bare')} | ${latency('bare')}`} | ${rate('durable')} | ${ratio('durable')} | ${latency('durable')} | ${rate('plain')} | ${ratio('plain')} | ${Math.round(m('durable', 'cpu'))} |`,
    );
  }
}
