/** Where the shop's services listen when nobody says otherwise. */
const DEFAULT_PORTS = {
  product: 4101,
  cart: 4102,
  inventory: 4103,
  payment: 4104,
  shipping: 4105,
  shop: 4100,
  /** What the shop's process hears of the others, in the choreographed model. */
  orders: 4106,
} as const;

export type ServiceName = keyof typeof DEFAULT_PORTS;
export const PARTICIPANTS = ['product', 'cart', 'inventory', 'payment', 'shipping'] as const;

/** `DATABASE_URL`, which every service needs. */
export function databaseUrl(): string {
  const url = process.env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL is not set. Run `npm start`, which brings a database along.');
  return url;
}

/** The loopback port of a service: `SHOP_INVENTORY_PORT` and so on, or its default. */
export function portOf(service: ServiceName): number {
  return wholeNumber(`SHOP_${service.toUpperCase()}_PORT`, DEFAULT_PORTS[service]);
}

/** The share of requests that a service spoils on purpose at start, 0 to 1: `SHOP_FAULT_RATE`. */
export function faultRate(): number {
  const rate = Number(process.env['SHOP_FAULT_RATE'] ?? 0);
  if (!(rate >= 0 && rate <= 1)) throw new Error('SHOP_FAULT_RATE is not a number from 0 to 1.');
  return rate;
}

/** Names the delivery of goods and money that a run begins with: the same name delivers once. */
export function seasonName(): string {
  return process.env['SHOP_SEASON'] ?? 'first';
}

export function wholeNumber(variable: string, otherwise: number): number {
  const text = process.env[variable];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${variable} is "${text}", not a whole number.`);
  return value;
}
