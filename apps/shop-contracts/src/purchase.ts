import { z } from 'zod';
import { Cents, OrderId, PlaceOrder } from './order.js';

/** An order as it goes from service to service where no saga holds it: every cue and every call carries what the next one needs. */
export const Purchase = PlaceOrder.omit({ id: true }).extend({ orderId: OrderId });
export type Purchase = z.infer<typeof Purchase>;

export const PricedPurchase = Purchase.extend({ total: Cents });
export type PricedPurchase = z.infer<typeof PricedPurchase>;

/** What is on its way to the customer. */
export const Parcel = z.object({ orderId: OrderId, carrier: z.string(), trackingId: z.string() });
export type Parcel = z.infer<typeof Parcel>;

/** An order that comes to nothing, and why. */
export const Failure = z.object({ orderId: OrderId, reason: z.string() });
export type Failure = z.infer<typeof Failure>;
