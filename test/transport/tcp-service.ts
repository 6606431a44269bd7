import { type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { type AddressInfo, type Server } from 'node:net';

/** A Nest service on a TCP port that the system picked; `port` of an earlier one brings it up again at the same place. */
export async function tcpService(module: Type, port = 0): Promise<{ app: INestMicroservice; port: number }> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
    logger: false,
  });
  await app.listen();
  return { app, port: (app.unwrap<Server>().address() as AddressInfo).port };
}
