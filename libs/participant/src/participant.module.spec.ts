import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { SagaError } from 'reprise/core';
import { MicroserviceTransport } from 'reprise/microservices';
import { Inventory } from '../../../test/transport/contract.js';
import { stepCommand } from '../../../test/transport/step-command.js';
import { tcpService } from '../../../test/transport/tcp-service.js';
import { Handles, ParticipantModule } from './index.js';

let runs = 0;

@Controller()
class InventoryController {
  @Handles(Inventory.reserve)
  async reserve({ sku }: { sku: string }) {
    return { id: sku, count: ++runs };
  }

  @Handles(Inventory.release)
  async release() {}
}

describe('a participant without an inbox', () => {
  it('S3 works, at least once', async () => {
    @Module({ imports: [ParticipantModule.forRoot()], controllers: [InventoryController] })
    class AppModule {}
    const { app, port } = await tcpService(AppModule);
    const transport = new MicroserviceTransport({
      inventory: { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
    });
    transport.register(Inventory.reserve);
    const command = stepCommand(Inventory.reserve, { sku: 'tea' });
    for (const count of [1, 2]) {
      expect(await transport.send(command, Date.now() + 5_000)).toMatchObject({
        result: { id: 'tea', count: { count } },
      });
    }
    await transport.close();
    await app.close();
  });

  it('is asked for when it is missing', async () => {
    @Module({ controllers: [InventoryController] })
    class AppModule {}
    const start = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    await expect(start).rejects.toThrow(SagaError);
    await expect(start).rejects.toThrow('there is no ParticipantModule');
  });
});
