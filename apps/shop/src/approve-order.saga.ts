import { Inject } from '@nestjs/common';
import { ApprovalDenied, ApprovalWanted, OrderApproved, PricedPurchase } from '@shop/contracts';
import { Saga, type SagaContext, Signal, StartsOn, Step } from 'reprise';
import { ApprovalDesk } from './approval-desk.js';

/** Choreographed: the one part of a purchase that has to wait for a person and watch the time. It conducts nobody. */
@StartsOn(ApprovalWanted, { id: ({ orderId }) => orderId })
@Saga({ name: 'order.approve', version: 1, input: PricedPurchase })
export class ApproveOrderSaga {
  private verdict?: { readonly approved: boolean; readonly by: string };

  constructor(@Inject(ApprovalDesk) private readonly desk: ApprovalDesk) {}

  @Step({ timeout: '5s' })
  async ask(orderId: string, total: number): Promise<void> {
    await this.desk.ask(orderId, total);
  }

  @Step({ timeout: '5s' })
  async settle(orderId: string, outcome: string): Promise<void> {
    await this.desk.settle(orderId, outcome);
  }

  @Signal()
  approve(by: string): void {
    this.verdict ??= { approved: true, by };
  }

  @Signal()
  refuse(by: string): void {
    this.verdict ??= { approved: false, by };
  }

  async run(order: PricedPurchase, saga: SagaContext): Promise<void> {
    const { orderId, total, approvalWithin } = order;
    await this.ask(orderId, total);
    await saga.until(() => this.verdict !== undefined, approvalWithin);
    if (this.verdict?.approved) {
      await this.settle(orderId, `approved by ${this.verdict.by}`);
      saga.emit(OrderApproved, order);
    } else {
      const reason = this.verdict ? 'ApprovalRefused' : 'ApprovalTimedOut';
      await this.settle(orderId, reason);
      saga.emit(ApprovalDenied, { orderId, reason });
    }
  }
}
