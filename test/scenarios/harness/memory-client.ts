import { randomUUID } from 'node:crypto';
import { SagaError, type SagaStatus } from 'reprise/core';
import { sagaDefinition, type SagaClass } from 'reprise/decorators';
import type { SagaEngine } from 'reprise/runtime';
import type { HostedByTest, TestProcess } from 'reprise/testing';
import type { Client, End, Later } from './client.js';
import { callOf } from './call-of.js';
import { endOf } from './end-of.js';

const DAY = 86_400_000;

/** Drives a scenario in one process in memory and in virtual time. */
export class MemoryClient implements Client {
  constructor(
    private readonly process: TestProcess,
    private readonly hosting: (providers: readonly object[]) => HostedByTest,
  ) {}

  id(name: string): string {
    return name;
  }

  days(count: number): number {
    return count * DAY;
  }

  async start<T>(saga: SagaClass<T>, input: never, name: string, later: Later = {}): Promise<void> {
    await this.process.start(saga, input, { id: name, ...later });
  }

  async signal(_saga: SagaClass, name: string, signal: string, ...args: unknown[]): Promise<void> {
    await this.process.act((engine) => engine.signal(name, signal, args));
  }

  async update(saga: SagaClass, name: string, update: string, ...args: unknown[]): Promise<never> {
    return this.updateAs(randomUUID(), saga, name, update, ...args);
  }

  async updateAs(key: string, saga: SagaClass, name: string, update: string, ...args: unknown[]): Promise<never> {
    for (;;) {
      let answer: { readonly result: unknown } | { readonly error: unknown } | undefined;
      await this.process.act(async (engine) => {
        const accepted = await engine.update(sagaDefinition(saga), name, update, args, { key });
        void accepted.result().then(
          (result) => (answer = { result }),
          (error: unknown) => (answer = { error }),
        );
      });
      await this.process.until(() => answer !== undefined);
      if ('result' in answer!) return answer.result as never;
      // The process died: it is asked again, and answers what it did.
      if (!(answer!.error instanceof SagaError) || answer!.error.code !== 'SHUTTING_DOWN') throw answer!.error;
    }
  }

  async query(saga: SagaClass, name: string, query: string): Promise<never> {
    return (await this.process.engine.query(sagaDefinition(saga), name, query, [])) as never;
  }

  async cancel(name: string, reason: string): Promise<void> {
    await this.process.act((engine) => engine.cancel(name, reason));
  }

  async operate(name: string, act: Parameters<Client['operate']>[1], step?: string): Promise<void> {
    let tries = 0;
    await this.process.act(async (engine) => {
      tries++;
      await act(engine.control, name, callOf(await engine.history(name), step)).catch((error: unknown) => {
        // The process died when it was done, and before it could say so.
        if (tries === 1 || !(error instanceof SagaError) || error.code !== 'OPERATION_REFUSED') throw error;
      });
    });
  }

  act<T>(what: (engine: SagaEngine) => Promise<T>): Promise<T> {
    return this.process.act(what);
  }

  async status(name: string): Promise<SagaStatus> {
    return (await this.process.engine.describe(name)).status;
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    await this.process.until(condition);
  }

  async end(_saga: SagaClass, name: string): Promise<End> {
    let end: End | undefined;
    await this.process.until(async () => {
      end = endOf(await this.process.engine.history(name));
      return end !== undefined;
    });
    return end!;
  }

  async each<T>(names: readonly string[], what: (name: string) => Promise<T>): Promise<T[]> {
    const answers: T[] = [];
    for (const name of names) answers.push(await what(name));
    return answers;
  }

  async deploy(...providers: readonly object[]): Promise<void> {
    await this.process.deploy(this.hosting(providers));
  }
}
