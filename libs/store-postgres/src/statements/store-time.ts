import type { Statement } from './statement.js';

/** The database's clock, in milliseconds since the epoch. */
export const storeTime: Statement = {
  name: 'store-time',
  text: () => `select floor(extract(epoch from now()) * 1000)::bigint as now`,
};
