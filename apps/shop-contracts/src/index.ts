export { Cart } from './cart.contract.js';
export {
  ApprovalDenied,
  ApprovalWanted,
  CartEmptied,
  CartGivenBack,
  CartHeld,
  HEARD_BY,
  OrderApproved,
  OrderPlaced,
  OrderPriced,
  OrderRefused,
  ParcelRefused,
  ParcelShipped,
  PaymentCharged,
  PaymentDeclined,
  PaymentRefunded,
  StockHandedOver,
  StockRefused,
  StockReleased,
  StockReserved,
} from './cues.js';
export { Inventory } from './inventory.contract.js';
export { Cents, OrderId, OrderLine, PlaceOrder, type Receipt } from './order.js';
export { Payment } from './payment.contract.js';
export { Product } from './product.contract.js';
export { Failure, Parcel, PricedPurchase, Purchase } from './purchase.js';
export { Shipping } from './shipping.contract.js';
