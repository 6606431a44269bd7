import { z } from 'zod';

export const OrderId = z.string().min(1).max(100);
/** An amount of money in cents. */
export const Cents = z.number().int().nonnegative();

/** So many pieces of one article. */
export const OrderLine = z.object({
  sku: z.string().min(1).max(40),
  quantity: z.number().int().positive().max(10_000),
});
export type OrderLine = z.infer<typeof OrderLine>;

/** What a customer orders, as the shop's saga takes it. */
export const PlaceOrder = z.object({
  id: OrderId,
  customerId: z.string().min(1).max(40),
  cartId: z.string().min(1).max(100),
  region: z.string().min(1).max(40),
  lines: z.array(OrderLine).min(1).max(50),
  /** How long somebody may think about a big order, in milliseconds. */
  approvalWithin: z.number().int().positive(),
});
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** What a customer gets in the end. */
export interface Receipt {
  readonly orderId: string;
  readonly total: number;
  readonly paymentId: string;
  readonly carrier: string;
  readonly trackingId: string;
}
