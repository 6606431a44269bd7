import { createHash } from 'node:crypto';

/** One step of the schema. Once released it is never edited: its checksum is stored with it. */
export interface Migration {
  readonly number: number;
  /** In kebab case, as the file after its number. */
  readonly name: string;
  /** The SQL; `schema` is quoted already. */
  readonly sql: (schema: string) => string;
}

/** SHA-256 of a migration's text, the same for every schema name. */
export function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql('"schema"')).digest('hex');
}
