import type { PayloadCodec } from 'reprise/core';
import { postgres } from 'reprise/postgres';
import { performLocal, sagaDefinition, type SagaClass } from 'reprise/decorators';
import { SagaEngine } from 'reprise/runtime';
import { ScratchSchema } from '../store/scratch-schema.js';
import { until } from './until.js';
import { OrderSaga, type Order } from './order.saga.js';

/** A database with orders: one that completed, one that waits, one in an incident; and a worker that runs them. */
export class Seeded {
  readonly scratch = new ScratchSchema();
  readonly engine: SagaEngine;

  constructor(codec?: PayloadCodec) {
    const store = postgres({
      url: this.scratch.url,
      schema: this.scratch.name,
    });
    this.engine = new SagaEngine({ store, ...(codec ? { codec } : {}) });
  }

  /** What every command takes here. */
  get database(): string[] {
    return ['--database-url', this.scratch.url, '--schema', this.scratch.name];
  }

  async open(): Promise<void> {
    const performer = new OrderSaga();
    this.engine.host({
      definition: sagaDefinition(OrderSaga as SagaClass),
      perform: (step, args) => performLocal(performer, step, args),
    });
    await this.engine.open();
    await this.start('order-17', { customer: 'ada', total: 40, kind: 'small' });
    await this.start('order-18', {
      customer: 'bob',
      total: 4_000,
      kind: 'large',
    });
    await this.start('order-19', {
      customer: 'moon',
      total: 70,
      kind: 'small',
    });
    await this.engine.result('order-17');
    await until(async () => (await this.engine.describe('order-19')).status === 'incident');
    await until(async () => (await this.engine.history('order-18')).length > 1);
  }

  async start(id: string, order: Order): Promise<void> {
    await this.engine.start(sagaDefinition(OrderSaga as SagaClass), order, {
      id,
      tags: { customer: order.customer, total: order.total },
    });
  }

  async close(): Promise<void> {
    await this.engine.close(0);
    await this.scratch.drop();
  }
}
