import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Compensate, getSagaClientToken, Saga, SAGA_MODULE_OPTIONS, SagaModule, Step, type SagaClient } from 'reprise';
import { contract, type Remote } from 'reprise/contracts';
import { postgres } from 'reprise/postgres';
import { SystemClock } from 'reprise/runtime';
import { FakeServices, MemoryStore } from 'reprise/testing';
import { z } from 'zod';

const Stock = contract('stock', {
  take: {
    input: z.object({ sku: z.string() }),
    output: z.object({ taken: z.number() }),
    errors: { SoldOut: z.object({ sku: z.string() }) },
  },
  giveBack: { input: z.object({ sku: z.string() }) },
  ship: { input: z.object({ sku: z.string() }) },
});

@Injectable()
class Labels {
  print(sku: string): string {
    return `label of ${sku}`;
  }
}

@Saga({ name: 'stock.order' })
class OrderSaga {
  constructor(private readonly labels: Labels) {}
  @Step(Stock.take) declare take: Remote<typeof Stock.take>;
  @Compensate('take', Stock.giveBack) giveBack(_taken: unknown, { sku }: { sku: string }): { sku: string } {
    return { sku };
  }
  @Step(Stock.ship, { retry: { backoff: 1 } }) declare ship: Remote<typeof Stock.ship>;
  @Step() async label(sku: string): Promise<string> {
    return this.labels.print(sku);
  }
  async run(sku: string): Promise<string> {
    await this.take({ sku });
    await this.ship({ sku });
    return this.label(sku);
  }
}

/** As in production: a store and a service that are not there in a test. */
@Module({
  imports: [SagaModule.forRoot({ store: postgres({ url: 'postgres://nobody@127.0.0.1:1/none' }) })],
  providers: [OrderSaga, Labels],
})
class AppModule {}

async function order(services: FakeServices): Promise<string> {
  const application = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SAGA_MODULE_OPTIONS)
    .useValue({ store: new MemoryStore(new SystemClock()), transport: services })
    .compile();
  await application.init();
  try {
    const orders = application.get<SagaClient<OrderSaga>>(getSagaClientToken(OrderSaga));
    const handle = await orders.start('tea', { id: 'o1' });
    return await handle.result({ timeout: '20s' });
  } finally {
    await application.close();
  }
}

describe('an application in memory, with the services that it calls as functions', () => {
  it('S3 S4 runs with its real providers, and tries again what fails', async () => {
    let failures = 1;
    const services = new FakeServices()
      .on(Stock.take, () => ({ taken: 1 }))
      .on(Stock.ship, () => {
        if (failures-- > 0) throw new Error('the line was cut');
      });
    await expect(order(services)).resolves.toBe('label of tea');
    expect(services.asked.map(({ step, attempt }) => `${step} ${attempt}`)).toEqual(['take 1', 'ship 1', 'ship 2']);
  });

  it('S4 gets the errors of the contract as the classes they are', async () => {
    const services = new FakeServices().on(Stock.take, ({ sku }) => {
      throw new Stock.errors.SoldOut({ sku });
    });
    await expect(order(services)).rejects.toMatchObject({ cause: { name: 'SoldOut', data: { sku: 'tea' } } });
  });

  it('S4 C2 fails at once for a command that nobody performs, and what was done is undone', async () => {
    const services = new FakeServices().on(Stock.take, () => ({ taken: 1 }));
    await expect(order(services)).rejects.toThrow('nothing to perform command "stock.ship"');
    expect(services.asked.map(({ address }) => address.operation)).toEqual(['take', 'ship', 'giveBack']);
  });
});
