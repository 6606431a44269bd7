import { SagaError } from 'reprise/core';

/** The longest schema name: prepared statements carry it in their names, which PostgreSQL cuts at 63 bytes. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,31}$/;

/**
 * The schema as it goes into SQL text, in quotes.
 * @throws SagaError `INVALID_CONFIGURATION` for anything but lower-case letters, digits and underscores, or a name PostgreSQL keeps for itself.
 */
export function quotedSchema(name: string): string {
  if (SCHEMA_NAME.test(name) && !name.startsWith('pg_') && name !== 'information_schema') return `"${name}"`;
  throw new SagaError(
    'INVALID_CONFIGURATION',
    `${JSON.stringify(name)} cannot be the name of the schema that holds the histories.`,
    'Use up to 32 lower-case letters, digits and underscores, beginning with a letter, as in "reprise".',
  );
}
