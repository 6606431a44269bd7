import { type INestApplicationContext, Logger, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { listenAs } from 'reprise/participant';
import { model } from './model.js';
import { plainTransportTo } from './plain-transport.js';
import { portOf, type ServiceName } from './settings.js';
import { transportTo } from './transport.js';

/** Starts one of the shop's services: a Nest microservice on a loopback port, or on the broker that `SHOP_TRANSPORT` names. */
export async function runService(name: ServiceName, module: Type): Promise<void> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, listening(name));
  app.enableShutdownHooks();
  await app.listen();
  announce(app, name, portOf(name));
}

/** The coupled services know nothing of Reprise. */
function listening(name: ServiceName): MicroserviceOptions {
  return model() === 'coupled' ? plainTransportTo(name) : listenAs(name, transportTo(name));
}

/**
 * Tells the process that started this one that it is ready, and ends with it. A shop that was started by hand has no
 * such process and lives until a signal.
 */
export function announce(app: INestApplicationContext, name: string, port: number): void {
  new Logger(name).log(`ready on port ${port}`);
  process.on('unhandledRejection', (reason) => new Logger(name).error(`unhandled rejection: ${String(reason)}`));
  if (!process.send) return;
  process.send({ ready: name, port });
  process.once('disconnect', () => {
    void app.close().finally(() => process.exit(0));
  });
}
