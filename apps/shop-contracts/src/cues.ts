import { event } from 'reprise/contracts';
import { Failure, Parcel, PricedPurchase, Purchase } from './purchase.js';

// Forward: each service does its part and says so; the next one hears it.
export const OrderPlaced = event('order.placed', Purchase);
export const OrderPriced = event('order.priced', PricedPurchase);
export const CartHeld = event('cart.held', PricedPurchase);
export const StockReserved = event('stock.reserved', PricedPurchase);
export const PaymentCharged = event('payment.charged', PricedPurchase);
export const ApprovalWanted = event('approval.wanted', PricedPurchase);
export const OrderApproved = event('order.approved', PricedPurchase);
export const ParcelShipped = event('parcel.shipped', Parcel);
export const StockHandedOver = event('stock.handedOver', Parcel);
export const CartEmptied = event('cart.emptied', Parcel);

// Backward: a service says that it will not, or that it has undone its part; the one before it undoes its own.
export const ParcelRefused = event('parcel.refused', Failure);
export const ApprovalDenied = event('approval.denied', Failure);
export const PaymentRefunded = event('payment.refunded', Failure);
export const PaymentDeclined = event('payment.declined', Failure);
export const StockReleased = event('stock.released', Failure);
export const StockRefused = event('stock.refused', Failure);
export const CartGivenBack = event('cart.givenBack', Failure);
export const OrderRefused = event('order.refused', Failure);

/** Who hears what: the whole of the choreographed purchase, as far as it can be seen in one place. */
export const HEARD_BY = {
  product: [OrderPlaced],
  cart: [OrderPriced, StockHandedOver, StockRefused, StockReleased],
  inventory: [CartHeld, ParcelShipped, PaymentDeclined, PaymentRefunded],
  payment: [StockReserved, ApprovalDenied, ParcelRefused],
  shipping: [OrderApproved],
  orders: [PaymentCharged, CartEmptied, CartGivenBack, OrderRefused],
} as const;
