import { Metadata } from '@grpc/grpc-js';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type GrpcOptions, RpcException, Transport } from '@nestjs/microservices';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { contract } from 'reprise/contracts';
import type { StepReply } from 'reprise/core';
import { microservices, type MicroserviceTransport } from 'reprise/microservices';
import { z } from 'zod';
import { freePort } from '../../scripts/ports.mjs';
import { stepCommand } from './step-command.js';

const Warehouse = contract('warehouse', {
  reserve: {
    input: z.object({ sku: z.string() }),
    output: z.object({ id: z.string() }),
    errors: { OutOfStock: z.object({ sku: z.string() }).optional() },
  },
  missing: { input: z.object({}) },
});

@Controller()
class WarehouseController {
  @GrpcMethod('WarehouseService', 'Reserve')
  reserve({ sku }: { sku: string }, metadata: Metadata) {
    if (sku === 'broken') throw new TypeError('a secret');
    if (sku === 'busy') throw new RpcException({ code: 8, message: 'too many requests' });
    if (sku === 'none') throw new RpcException({ code: 9, message: 'OutOfStock' });
    if (sku === 'data') {
      const trailing = new Metadata();
      trailing.set('reprise-error', 'OutOfStock');
      trailing.set('reprise-error-data', JSON.stringify({ sku }));
      throw new RpcException({ code: 9, message: 'none left', metadata: trailing });
    }
    return { id: String(metadata.get('reprise-key')[0]) };
  }
}

@Module({ controllers: [WarehouseController] })
class WarehouseModule {}

describe('a gRPC service with a .proto of its own', () => {
  let app: INestMicroservice;
  let transport: MicroserviceTransport;
  const reserve = (sku: string, key: string = randomUUID()): Promise<StepReply> =>
    transport.send(stepCommand(Warehouse.reserve, { sku }, { key }), Date.now() + 5_000);

  beforeAll(async () => {
    const options: GrpcOptions['options'] = {
      url: `127.0.0.1:${await freePort()}`,
      package: 'warehouse',
      protoPath: fileURLToPath(new URL('./warehouse.proto', import.meta.url)),
    };
    const made = { transport: Transport.GRPC as const, options };
    app = await NestFactory.createMicroservice<GrpcOptions>(WarehouseModule, { ...made, logger: false });
    await app.listen();
    transport = microservices({ warehouse: made });
    transport.register(Warehouse.reserve, Warehouse.missing);
    await transport.connect();
  });
  afterAll(async () => {
    await transport.close();
    await app.close();
  });

  it('performs a step, and finds the key in its metadata', async () => {
    expect(await reserve('tea', 'key-1')).toMatchObject({ outcome: 'completed', result: { id: 'key-1' } });
  });

  it('S4 answers with declared errors by their name, and all others are transient', async () => {
    expect(await reserve('none')).toMatchObject({ outcome: 'declared', error: { name: 'OutOfStock' } });
    const error = { name: 'OutOfStock', data: { sku: 'data' } };
    expect(await reserve('data')).toMatchObject({ outcome: 'declared', error });
    expect(await reserve('busy')).toMatchObject({ outcome: 'transient', error: { message: 'too many requests' } });
    expect(await reserve('broken')).toMatchObject({ outcome: 'transient', error: { code: 'HANDLER_FAILED' } });
  });

  it('says that it has no such method', async () => {
    const asked = transport.send(stepCommand(Warehouse.missing, {}), Date.now() + 5_000);
    await expect(asked).rejects.toMatchObject({ code: 'NO_HANDLER' });
  });
});
