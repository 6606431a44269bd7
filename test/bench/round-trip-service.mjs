// The other side of the round trips, in a process of its own: one step with `@Handles`, and one ordinary handler beside it.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { Handles, listenAs, ParticipantModule } from '../../dist/libs/participant/src/index.js';
import { benchContract } from './round-trip-contract.mjs';
import { result } from './sagas.mjs';

const { service, schema, url, listen } = JSON.parse(process.env.BENCH_SERVICE);
const commands = benchContract(service);

class BenchController {
  async work({ i }) {
    return result(i);
  }
  bare({ i }) {
    return result(i);
  }
}
const decorate = (decorator, name) =>
  decorator(BenchController.prototype, name, Object.getOwnPropertyDescriptor(BenchController.prototype, name));
decorate(Handles(commands.work), 'work');
decorate(MessagePattern(commands.bare.pattern), 'bare');
Controller()(BenchController);

/** Without a schema there is no inbox. */
const dataSource = schema && (await new DataSource({ type: 'postgres', url, poolSize: 20 }).initialize());
class BenchModule {}
Module({
  imports: [ParticipantModule.forRoot(dataSource ? { inbox: { dataSource, schema } } : {})],
  controllers: [BenchController],
})(BenchModule);
const app = await NestFactory.createMicroservice(BenchModule, { ...listenAs(service, listen), logger: false });
await app.listen();
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
