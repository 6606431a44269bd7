import { Module } from '@nestjs/common';
import { Compensate, Saga, Step } from 'reprise';
import type { Order } from './order.saga.js';

/** The order of the day after: it ships without asking for an approval, and names the step otherwise. */
@Saga({ name: 'order.place', version: 1 })
export class ChangedOrderSaga {
  @Step()
  async charge(customer: string, total: number) {
    return { payment: `p-${customer}`, total };
  }

  @Compensate('charge')
  async refund() {}

  @Step()
  async send(customer: string): Promise<string> {
    return `t-${customer}`;
  }

  async run(order: Order) {
    await this.charge(order.customer, order.total);
    return { parcel: await this.send(order.customer) };
  }
}

@Module({ imports: [Promise.resolve({ module: class Orders {}, providers: [ChangedOrderSaga] })] })
export class ChangedModule {}

/** Only what comes next. */
@Saga({ name: 'order.place', version: 2 })
export class NextOrderSaga {
  async run() {}
}
