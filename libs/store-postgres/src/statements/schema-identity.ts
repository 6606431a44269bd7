import type { Statement } from './statement.js';

/** The moment at which the schema was made, to the microsecond: two connections that see the same one see the same schema. Takes no lock. */
export const schemaIdentity: Statement = {
  name: 'schema-identity',
  text: (schema) => `select applied_at::text as identity from ${schema}.migration where number = 1`,
};
