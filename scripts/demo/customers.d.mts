import type { Fleet } from './fleet.mjs';

export interface ShippedOrder {
  readonly id: string;
  readonly customerId: string;
  readonly cartId: string;
  readonly region: string;
  readonly approvalWithin: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}
export function shippedOrders(run: string, count: number | undefined, approvalWithin: number): ShippedOrder[];
export function placeOrders(
  fleet: Fleet,
  orders: readonly ShippedOrder[],
  options?: { atOnce?: number; perSecond?: number; onPlaced?: (order: ShippedOrder) => void },
): Promise<void>;
export function approveOrders(fleet: Fleet, signal: AbortSignal): Promise<void>;
