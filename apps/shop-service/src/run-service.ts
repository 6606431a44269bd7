import { type INestApplicationContext, Logger, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { portOf, type ServiceName } from './settings.js';

/** Starts one of the shop's services: a Nest microservice on a loopback port. */
export async function runService(name: ServiceName, module: Type): Promise<void> {
  const port = portOf(name);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  });
  app.enableShutdownHooks();
  await app.listen();
  announce(app, name, port);
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
