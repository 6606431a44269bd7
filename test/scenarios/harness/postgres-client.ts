import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import type { SagaStatus } from 'reprise/core';
import { sagaDefinition, type SagaClass } from 'reprise/decorators';
import type { SagaEngine } from 'reprise/runtime';
import type { Client, End, Later } from './client.js';
import { callOf } from './call-of.js';
import { endOf } from './end-of.js';
import type { Play } from './scenario.js';
import type { Stage } from './stage.js';

/** How long a condition may take, in milliseconds. */
const PATIENCE = 40_000;

/** How many things `each` does at the same time: more would wait for a connection until they give up. */
const SIDE_BY_SIDE = 40;

/** Drives a scenario over PostgreSQL, in real time, from a process that runs no saga. */
export class PostgresClient implements Client {
  /** @param prefix of all ids, so that nobody else has them */
  constructor(
    private readonly stage: Stage,
    private readonly play: Play,
    private readonly prefix: string,
  ) {}

  id(name: string): string {
    return `${this.prefix}-${name}`;
  }

  days(count: number): number {
    return Math.ceil(count * this.play.day);
  }

  async start<T>(saga: SagaClass<T>, input: never, name: string, later: Later = {}): Promise<void> {
    await this.stage.client.start(sagaDefinition(saga), input, { id: this.id(name), ...later });
  }

  async signal(_saga: SagaClass, name: string, signal: string, ...args: unknown[]): Promise<void> {
    await this.stage.client.signal(this.id(name), signal, args);
  }

  async update(saga: SagaClass, name: string, update: string, ...args: unknown[]): Promise<never> {
    return this.updateAs(randomUUID(), saga, name, update, ...args);
  }

  async updateAs(key: string, saga: SagaClass, name: string, update: string, ...args: unknown[]): Promise<never> {
    const accepted = await this.stage.client.update(sagaDefinition(saga), this.id(name), update, args, { key });
    return (await accepted.result()) as never;
  }

  async query(saga: SagaClass, name: string, query: string): Promise<never> {
    return (await this.stage.client.query(sagaDefinition(saga), this.id(name), query, [])) as never;
  }

  async cancel(name: string, reason: string): Promise<void> {
    await this.stage.client.cancel(this.id(name), reason);
  }

  async operate(name: string, act: Parameters<Client['operate']>[1], step?: string): Promise<void> {
    const id = this.id(name);
    await act(this.stage.client.control, id, callOf(await this.stage.client.history(id), step));
  }

  act<T>(what: (engine: SagaEngine) => Promise<T>): Promise<T> {
    return what(this.stage.client);
  }

  async status(name: string): Promise<SagaStatus> {
    return (await this.stage.client.describe(this.id(name))).status;
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE;
    while (!(await condition())) {
      if (Date.now() > giveUpAt) throw new Error(`still not so after ${PATIENCE} ms: ${condition.toString()}`);
      await pass(10);
    }
  }

  async end(saga: SagaClass, name: string): Promise<End> {
    const id = this.id(name);
    const definition = sagaDefinition(saga);
    // How it ended is read from its history: a result alone does not say what was undone.
    await this.stage.client.result(id, { definition, timeout: PATIENCE }).catch(() => undefined);
    const end = endOf(await this.stage.client.history(id));
    if (!end) throw new Error(`${id} is still ${await this.status(name)} after ${PATIENCE} ms`);
    return end;
  }

  async each<T>(names: readonly string[], what: (name: string) => Promise<T>): Promise<T[]> {
    const answers: T[] = [];
    const left = [...names.entries()];
    const oneAfterTheOther = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) answers[next[0]] = await what(next[1]);
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, oneAfterTheOther));
    return answers;
  }

  async deploy(...providers: readonly object[]): Promise<void> {
    await this.stage.deploy(this.play, providers);
  }
}
