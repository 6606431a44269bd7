// A participant as a process of its own, for specs that kill and freeze it. It runs what `npm run build` made.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { contract } from '../../dist/libs/contracts/src/index.js';
import { Handles, listenAs, ParticipantModule } from '../../dist/libs/participant/src/index.js';
import { z } from 'zod';

const { service, schema, listen } = JSON.parse(process.env.STOCK);
const stock = contract(service, {
  reserve: { input: z.object({ sku: z.string() }), output: z.object({ id: z.string() }) },
});

class StockController {
  async reserve({ sku }, { key, manager }) {
    await manager.query(`INSERT INTO ${schema}.effect (key, sku) VALUES ($1, $2)`, [key, sku]);
    const released = sku.startsWith('wait') && new Promise((resolve) => waiting.push(resolve));
    process.send({ reached: sku });
    await released;
    return { id: `process-${sku}` };
  }
}
Handles(stock.reserve)(
  StockController.prototype,
  'reserve',
  Object.getOwnPropertyDescriptor(StockController.prototype, 'reserve'),
);
Controller()(StockController);

/** Handlers that wait until the spec says `go on`. */
const waiting = [];
process.on('message', () => waiting.splice(0).forEach((goOn) => goOn()));
process.on('disconnect', () => process.exit(0));

const dataSource = await new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, poolSize: 30 }).initialize();
class StockModule {}
Module({
  imports: [ParticipantModule.forRoot({ inbox: { dataSource, schema: `${schema}_inbox` }, drain: '5s' })],
  controllers: [StockController],
})(StockModule);
const app = await NestFactory.createMicroservice(StockModule, {
  ...listenAs(service, listen),
  logger: false,
});
app.enableShutdownHooks();
await app.listen();
process.send({ ready: true });
