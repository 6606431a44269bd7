import { Module } from '@nestjs/common';
import { Compensate, Query, Saga, Signal, Step, type SagaContext } from 'reprise';

export interface Order {
  readonly customer: string;
  readonly total: number;
  readonly kind: 'small' | 'large';
}

/** Charges, waits for an approval of large orders, and ships; what cannot be shipped waits for a person. */
@Saga({ name: 'order.place', version: 1 })
export class OrderSaga {
  private approvedBy?: string;

  @Step()
  async charge(customer: string, total: number) {
    return { payment: `p-${customer}`, total };
  }

  @Compensate('charge')
  async refund() {}

  @Step({ retry: { attempts: 1 }, onUnknown: 'incident' })
  async ship(customer: string): Promise<string> {
    if (customer === 'moon') throw new Error('no carrier flies there');
    return `t-${customer}`;
  }

  @Signal()
  approve(by: string) {
    this.approvedBy = by;
  }

  @Query()
  approval() {
    return { by: this.approvedBy ?? 'nobody' };
  }

  async run(order: Order, saga: SagaContext) {
    await this.charge(order.customer, order.total);
    if (order.kind === 'large') await saga.until(() => this.approvedBy !== undefined, '30 days');
    return { parcel: await this.ship(order.customer) };
  }
}

@Module({ providers: [OrderSaga] })
export class OrderModule {}
