export { Cart } from './cart.contract.js';
export { Inventory } from './inventory.contract.js';
export { Cents, OrderId, OrderLine, PlaceOrder, type Receipt } from './order.js';
export { Payment } from './payment.contract.js';
export { Product } from './product.contract.js';
export { Shipping } from './shipping.contract.js';
