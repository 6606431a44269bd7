// Where the brokers are that `npm start -- --transport …` may use.
import { connect } from 'node:net';

/** By the names of `--transport`: the variable that says where the broker is, and where it is otherwise. */
const BROKERS = {
  tcp: undefined,
  grpc: undefined,
  nats: ['NATS_URL', 'nats://127.0.0.1:4222'],
  rabbitmq: ['AMQP_URL', 'amqp://guest:guest@127.0.0.1:5672'],
  redis: ['REDIS_URL', 'redis://127.0.0.1:6379'],
  mqtt: ['MQTT_URL', 'mqtt://127.0.0.1:1883'],
  kafka: ['KAFKA_BROKER', '127.0.0.1:9092'],
};

/** Rejects, in words, when the shop could not talk over that transport. */
export async function demandBroker(transport) {
  if (!Object.hasOwn(BROKERS, transport)) {
    throw new Error(`--transport is "${transport}", none of ${Object.keys(BROKERS).join(', ')}.`);
  }
  const broker = BROKERS[transport];
  if (!broker) return;
  const [variable, otherwise] = broker;
  const place = process.env[variable] || otherwise;
  const { hostname, port } = new URL(place.includes('//') ? place : `broker://${place}`);
  const up = await new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.setTimeout(3_000, () => socket.destroy());
    socket.once('connect', () => resolve(true));
    socket.once('close', () => resolve(false));
    socket.on('error', () => undefined);
    socket.once('connect', () => socket.end());
  });
  if (up) return;
  throw new Error(
    `There is no ${transport} at ${hostname}:${port}. Start one with \`docker compose up -d ${transport}\`, or say in ${variable} where it is.`,
  );
}
