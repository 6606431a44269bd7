import { Injectable } from '@nestjs/common';

export class CardDeclined extends Error {}

/** Any provider of the application: here, the client of a payment company. */
@Injectable()
export class PaymentGateway {
  /** @param key the company performs one key once */
  async charge(orderId: string, amount: number, _key?: string) {
    return { id: `p-${orderId}`, amount };
  }

  async refund(_paymentOrOrder: string): Promise<void> {}
}
