import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isInstalled, isUp, type OwnBroker } from './brokers.js';

const BROKER = process.env['KAFKA_BROKER'] ?? '127.0.0.1:9092';

export interface KafkaCluster {
  readonly broker: string;
  stop(): Promise<void>;
}

/**
 * Kafka where it is: that of `KAFKA_BROKER`, by default on port 9092 of this machine; else the mock cluster of librdkafka, which speaks
 * the protocol and keeps everything in memory, out of `kcat`. Undefined where there is neither.
 */
export async function kafkaCluster(): Promise<KafkaCluster | undefined> {
  const [host, port] = BROKER.split(':');
  if (await isUp({ host: host!, port: Number(port) })) return { broker: BROKER, stop: () => Promise.resolve() };
  return isInstalled('kcat') ? mockCluster() : undefined;
}

/** One that a test may take away and bring back; each time it is somewhere else. */
export function ownCluster(): OwnBroker & { broker(): string } {
  let mock: KafkaCluster | undefined;
  return {
    port: 1,
    broker: () => mock?.broker ?? '127.0.0.1:1',
    start: async () => void (mock = await mockCluster()),
    async stop() {
      await mock?.stop();
      mock = undefined;
    },
    remove: () => Promise.resolve(),
  };
}

async function mockCluster(): Promise<KafkaCluster> {
  const mock = spawn(
    'kcat',
    ['-X', 'test.mock.num.brokers=1', '-b', '127.0.0.1:1', '-C', '-t', 'keepalive', '-q', '-d', 'mock'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async (): Promise<void> => {
    const ended = once(mock, 'exit');
    mock.kill('SIGKILL');
    await ended;
  };
  for await (const line of createInterface(mock.stderr)) {
    const broker = /bootstrap\.servers=([\d.:]+)/.exec(line)?.[1];
    if (broker === undefined) continue;
    mock.stderr.resume();
    return { broker, stop };
  }
  throw new Error('kcat ended before its cluster was up');
}
