import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/ports.mjs';
import { until } from '../transactions/process.js';

/** Where the brokers are: an environment variable, or the port of 127.0.0.1 on which such a server usually listens. */
export const BROKERS = {
  NATS: process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222',
  REDIS: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
  RMQ: process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672',
  MQTT: process.env['MQTT_URL'] ?? 'mqtt://127.0.0.1:1883',
} as const;

export type BrokerName = keyof typeof BROKERS;

export function addressOf(broker: BrokerName): { host: string; port: number } {
  const { hostname, port } = new URL(BROKERS[broker]);
  return { host: hostname, port: Number(port) };
}

/** Whether somebody listens there. */
export async function isUp(address: { host: string; port: number }): Promise<boolean> {
  const socket = connect(address);
  const up = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return up;
}

/**
 * The suite of a transport. Where its broker is missing one test says so: it fails where `CI` is set, since nothing is left out
 * there, and elsewhere leaves one line.
 */
export async function withBroker(broker: BrokerName, suite: () => void): Promise<void> {
  if (await isUp(addressOf(broker))) return suite();
  reportMissing(`There is no ${broker} at ${BROKERS[broker]}: its transport is not tested.`);
}

export function reportMissing(missing: string): void {
  it('finds its broker', () => {
    if (process.env['CI']) throw new Error(missing);
    process.stderr.write(`${missing}\n`);
  });
}

/** A broker that a test may take away and bring back. */
export interface OwnBroker {
  readonly port: number;
  start(): Promise<void>;
  /** At once, with everything that it knew. */
  stop(): Promise<void>;
  /** After the last `stop`. */
  remove(): Promise<void>;
}

/** How to start a server: the command line and, where it needs one, the text of a file with settings. */
export interface ServerCommand {
  readonly program: string;
  line(port: number, settings: string): readonly string[];
  settings?(port: number): string;
}

/** A server process of one's own where the program is installed, else a line to the shared one that can be cut. */
export async function ownBroker(broker: BrokerName, command?: ServerCommand): Promise<OwnBroker> {
  return command && isInstalled(command.program) ? ownServer(command) : cuttableLine(addressOf(broker));
}

/** Whether such a program is on this machine. */
export function isInstalled(program: string): boolean {
  return [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin'].some((folder) =>
    existsSync(path.join(folder, program)),
  );
}

async function ownServer({ program, line, settings }: ServerCommand): Promise<OwnBroker> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'broker-'));
  const file = path.join(folder, 'settings');
  await writeFile(file, settings?.(port) ?? '');
  const PATH = `${process.env['PATH']}${path.delimiter}/usr/sbin`;
  let child: ChildProcess | undefined;
  return {
    port,
    async start() {
      child = spawn(program, line(port, file), { stdio: 'ignore', cwd: folder, env: { ...process.env, PATH } });
      await until(() => isUp({ host: '127.0.0.1', port }));
    },
    async stop() {
      if (!child) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      child = undefined;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A line to a shared broker which can be cut, for a server that takes too long to start. */
async function cuttableLine(target: { host: string; port: number }): Promise<OwnBroker> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const drop = (socket: Socket): void => {
    sockets.delete(socket);
    socket.destroy();
  };
  return {
    port,
    async start() {
      server = createServer((near) => {
        const far = connect(target);
        for (const [socket, other] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(socket);
          socket.on('error', () => drop(socket));
          socket.on('close', () => drop(other));
          socket.pipe(other);
        }
      });
      await once(server.listen(port, '127.0.0.1'), 'listening');
    },
    async stop() {
      if (!server) return;
      const closed = once(server, 'close');
      server.close();
      [...sockets].forEach(drop);
      await closed;
      server = undefined;
    },
    remove: () => Promise.resolve(),
  };
}
