import { type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command, CommandInput } from 'reprise/contracts';
import type { StepCommand, StepReply } from 'reprise/core';
import { MicroserviceTransport } from 'reprise/microservices';
import { listenAs, type ListenOptions } from 'reprise/participant';
import { DataSource } from 'typeorm';
import { stepCommand } from './step-command.js';
import { ordinaryModule, stockModule, StockRoom } from './stock-service.js';
import { stockContract } from './stock.js';

const PROCESS = fileURLToPath(new URL('./stock-process.mjs', import.meta.url));

/** What a transport's spec says about it. `options` are those that Nest takes on both sides. */
export interface TransportUnderTest {
  readonly transport: keyof typeof Transport;
  /** How both sides reach a service over the shared broker, or over that on another port. */
  options(service: string, port?: number): object;
  /** What becomes of a command that the service has no handler for. */
  readonly unhandled: 'NO_HANDLER' | 'SERVICE_UNREACHABLE' | 'NO_ANSWER';
  /** Both sides are given it. */
  readonly namespace?: string;
  /** Whether Nest's own server cannot serve ordinary handlers on this transport. */
  readonly onlySafely?: boolean;
  /** What Nest's own server needs beside these, for a service that does not use `listenAs`. */
  ordinary?(service: string): object;
}

/** A service of its own on one transport, its database, and a caller. */
export class StockBench {
  readonly schema = `stock_${randomBytes(6).toString('hex')}`;
  readonly service = this.schema;
  readonly stock = stockContract(this.service);
  readonly room = new StockRoom();
  readonly database = new DataSource({ type: 'postgres', url: process.env['DATABASE_URL']!, poolSize: 20 });
  private readonly open: { close(): Promise<unknown> }[] = [];
  private readonly processes: ChildProcess[] = [];

  static readonly contractOf = stockContract;

  constructor(private readonly under: TransportUnderTest) {}

  async setUp(): Promise<void> {
    await this.database.initialize();
    await this.database.query(`CREATE SCHEMA ${this.schema}`);
    await this.database.query(`CREATE TABLE ${this.schema}.effect (key text, sku text)`);
  }

  async tearDown(): Promise<void> {
    for (const process of this.processes) process.kill('SIGKILL');
    await Promise.all(this.open.map((opened) => opened.close()));
    await this.database.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await this.database.query(`DROP SCHEMA IF EXISTS ${this.schema}_inbox CASCADE`);
    await this.database.destroy();
  }

  /** A participant in this process. */
  participant(port?: number): Promise<INestMicroservice> {
    const module = stockModule(this.stock, this.room, this.database, this.schema);
    return this.listen(module, listenAs(this.service, this.optionsOf(this.service, port)));
  }

  /** A service without `@Handles` in this process; `safely` with `listenAs`. */
  async ordinary(
    name: string,
    safely = this.under.onlySafely ?? false,
  ): Promise<{ stock: StockBench['stock']; room: StockRoom }> {
    const service = `${this.service}_${name}`;
    const stock = stockContract(service);
    const room = new StockRoom();
    const { transport, options } = this.optionsOf(service);
    const ordinary = { transport, options: { ...options, ...this.under.ordinary?.(service) } } as MicroserviceOptions;
    await this.listen(ordinaryModule(stock, room), safely ? listenAs(service, this.optionsOf(service)) : ordinary);
    return { stock, room };
  }

  /** A participant in a process of its own. */
  async process(): Promise<StockProcess> {
    const STOCK = JSON.stringify({ service: this.service, schema: this.schema, listen: this.optionsOf(this.service) });
    const child = fork(PROCESS, { env: { ...process.env, STOCK, NODE_OPTIONS: '' }, execArgv: [] });
    this.processes.push(child);
    const started = new StockProcess(child);
    await started.said('ready');
    return started;
  }

  caller(port?: number, services = [this.service]): MicroserviceTransport {
    const caller = new MicroserviceTransport(
      Object.fromEntries(services.map((service) => [service, this.optionsOf(service, port) as never])),
    );
    for (const service of services) {
      const { reserve, echo, raw, unknown } = service === this.service ? this.stock : stockContract(service);
      caller.register(reserve, echo, raw, unknown);
    }
    this.open.push(caller);
    return caller;
  }

  command<C extends Command>(command: C, input: CommandInput<C>, rest: Partial<StepCommand> = {}): StepCommand {
    return stepCommand(command, input, { key: randomBytes(9).toString('hex'), ...rest });
  }

  /** How often the handler's effect has happened. */
  async effects(key: string): Promise<number> {
    const rows: unknown[] = await this.database.query(`SELECT 1 FROM ${this.schema}.effect WHERE key = $1`, [key]);
    return rows.length;
  }

  private optionsOf(service: string, port?: number): ListenOptions & { options: object } {
    const { transport, namespace } = this.under;
    const options = { transport: Transport[transport], options: this.under.options(service, port) };
    return { ...options, ...(namespace === undefined ? {} : { namespace }) } as ListenOptions & { options: object };
  }

  private async listen(module: Type, options: MicroserviceOptions): Promise<INestMicroservice> {
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, { ...options, logger: false });
    this.open.push(app);
    await app.listen();
    return app;
  }
}

/** A participant that can be killed and frozen. */
export class StockProcess {
  private readonly heard: Record<string, unknown>[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(readonly child: ChildProcess) {
    child.on('message', (message) => {
      this.heard.push(message as Record<string, unknown>);
      for (const listener of this.listeners) listener();
    });
    child.once('exit', () => {
      for (const listener of this.listeners) listener();
    });
  }

  /** Resolves when the process has said that word, with this value where one is given. */
  said(word: string, value?: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.heard.some((message) => word in message && (value === undefined || message[word] === value)))
          resolve();
        else if (this.child.exitCode !== null) reject(new Error(`the process ended with ${this.child.exitCode}`));
        else return;
        this.listeners.delete(look);
      };
      this.listeners.add(look);
      look();
    });
  }

  /** Lets every handler that waits now go on. */
  release(): void {
    this.child.send('go on');
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }
}

/** Sends an attempt and waits for its end. */
export async function send(caller: MicroserviceTransport, command: StepCommand, within = 10_000): Promise<StepReply> {
  const sent = caller.send({ ...command, deadline: Date.now() + within }, Date.now() + within);
  const { delivery: _times, ...reply } = await sent;
  return reply;
}
