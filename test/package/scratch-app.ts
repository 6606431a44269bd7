import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Compensate, getSagaClientToken, Saga, type SagaClient, type SagaContext, SagaModule, Step } from 'reprise';
import { postgres } from 'reprise/postgres';

@Injectable()
class Till {
  readonly booked: string[] = [];
}

@Saga({ name: 'scratch.purchase', version: 1 })
class Purchase {
  constructor(private readonly till: Till) {}

  @Step()
  async charge(orderId: string, amount: number) {
    this.till.booked.push(`charge ${orderId}`);
    return { paymentId: `p-${orderId}`, amount };
  }

  @Compensate('charge')
  async refund(_payment: { paymentId: string } | undefined, orderId: string) {
    this.till.booked.push(`refund ${orderId}`);
  }

  @Step({ retry: false })
  async ship(orderId: string, region: string) {
    if (region === 'moon') throw new Error('no carrier');
    return { trackingId: `t-${orderId}` };
  }

  async run(order: { id: string; region: string }, saga: SagaContext) {
    const { amount } = await this.charge(order.id, 42);
    await saga.sleep('10ms');
    const { trackingId } = await this.ship(order.id, order.region);
    return { amount, trackingId };
  }
}

@Module({
  imports: [SagaModule.forRoot({ store: postgres({ url: process.env['DATABASE_URL']!, schema: 'scratch_app' }) })],
  providers: [Till, Purchase],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
const purchases = app.get<SagaClient<Purchase>>(getSagaClientToken(Purchase));
const good = await purchases.start({ id: 'o1', region: 'north' }, { id: 'o1' });
const bad = await purchases.start({ id: 'o2', region: 'moon' }, { id: 'o2' });
const receipt = await good.result({ timeout: '20s' });
const failure = await bad.result({ timeout: '20s' }).catch((error: Error) => error.name);
const { status } = await bad.describe();
const booked = app.get(Till).booked;
await app.close();
console.log(JSON.stringify({ receipt, failure, status, booked }));
