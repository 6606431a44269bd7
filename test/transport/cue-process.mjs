// One of three processes between which cues flow, for a spec that kills them. It runs what `npm run build` made.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { event } from '../../dist/libs/contracts/src/index.js';
import { Saga, sagaDefinition, StartsOn } from '../../dist/libs/decorators/src/index.js';
import { listenAs, On, ParticipantModule } from '../../dist/libs/participant/src/index.js';
import { postgres } from '../../dist/libs/store-postgres/src/index.js';
import { microservices } from '../../dist/libs/transport-microservices/src/index.js';
import { SagaEngine } from '../../dist/libs/runtime/src/index.js';

const { role, schema, keys, count, listen } = JSON.parse(process.env.CUES);
process.on('disconnect', () => process.exit(0));

const place = z.object({ key: z.string(), number: z.number() });
const OrderPlaced = event('order.placed', place);
const OrderShipped = event('order.shipped', place);

const dataSource = await new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, poolSize: 8 }).initialize();

async function open(...sagas) {
  const engine = new SagaEngine({
    store: postgres({ dataSource, schema }),
    transport: microservices({ warehouse: { ...listen, on: [OrderPlaced, OrderShipped] } }),
    lease: '1s',
    poll: '100ms',
    cues: { timeout: '1s', backoff: '50ms' },
  });
  for (const saga of sagas) engine.host({ definition: sagaDefinition(saga), perform: async () => undefined });
  await engine.open();
  return engine;
}

/** Places orders, each in a transaction of its own together with its cue, and goes on where the process before was killed. */
async function publish() {
  const { cues } = await open();
  process.send({ ready: true });
  const [{ placed }] = await dataSource.query(`select count(*)::int as placed from "${schema}".placed`);
  for (let at = placed; at < keys * count; at++) {
    const [key, number] = [`k${at % keys}`, Math.floor(at / keys)];
    await dataSource.transaction(async (manager) => {
      await manager.query(`insert into "${schema}".placed (key, number) values ($1, $2)`, [key, number]);
      await cues.publish(OrderPlaced.name, { key, number }, { manager, key });
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Hosts a saga that starts on each order, and one for each key that waits for all of its orders. */
async function orchestrate() {
  class ShipSaga {
    async run(placed, saga) {
      saga.emit(OrderShipped, placed, { key: placed.key });
    }
  }
  Saga({ name: 'ship' })(ShipSaga);
  StartsOn(OrderPlaced, { id: ({ key, number }) => `ship-${key}-${number}` })(ShipSaga);
  class TallySaga {
    async run(key, saga) {
      const numbers = [];
      while (numbers.length < count) numbers.push((await saga.waitFor(OrderPlaced, { where: { key } })).number);
      return numbers;
    }
  }
  Saga({ name: 'tally' })(TallySaga);
  const engine = await open(ShipSaga, TallySaga);
  for (let key = 0; key < keys; key++)
    await engine.start(sagaDefinition(TallySaga), `k${key}`, { id: `tally-k${key}` });
}

/** A service that notes what it hears, once each. */
async function listenToAll() {
  class WarehouseController {
    placed({ key, number }, { manager }) {
      return this.note(manager, 'placed', key, number);
    }
    shipped({ key, number }, { manager }) {
      return this.note(manager, 'shipped', key, number);
    }
    async note(manager, what, key, number) {
      await manager.query(`insert into "${schema}".effect (what, key, number) values ($1, $2, $3)`, [
        what,
        key,
        number,
      ]);
    }
  }
  for (const [method, heard] of [
    ['placed', OrderPlaced],
    ['shipped', OrderShipped],
  ]) {
    const descriptor = Object.getOwnPropertyDescriptor(WarehouseController.prototype, method);
    On(heard)(WarehouseController.prototype, method, descriptor);
  }
  Controller()(WarehouseController);
  class WarehouseModule {}
  Module({
    imports: [ParticipantModule.forRoot({ inbox: { dataSource, schema: `${schema}_inbox` } })],
    controllers: [WarehouseController],
  })(WarehouseModule);
  const app = await NestFactory.createMicroservice(WarehouseModule, {
    ...listenAs('warehouse', listen),
    logger: false,
  });
  await app.listen();
}

await { publisher: publish, orchestrator: orchestrate, subscriber: listenToAll }[role]();
if (role !== 'publisher') process.send({ ready: true });
