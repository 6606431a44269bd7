import type { Connection, Row } from '../connection.js';
import type { Finding } from './finding.js';

/** What checks look through: one connection, for one after the other. */
export interface Examination {
  readonly schemaName: string;
  /** In quotes, as it goes into SQL. */
  readonly schema: string;
  /** How many connections each process has at the most, the listening one not counted. */
  readonly pool: number;
  /** The process of the server that the connection was made with, as the server said then. */
  readonly processId: number | undefined;
  /** Where other connections come from. */
  readonly connection: Connection;
  /** Runs SQL that changes nothing, unprepared, and answers every column as text. */
  ask(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** One thing to look at. It locks nothing and changes nothing, and says at least one thing. */
export interface Check {
  readonly name: string;
  /** It looks into the tables of the store, and makes no sense before they are there. */
  readonly readsTables: boolean;
  look(examination: Examination): Promise<Finding[]>;
}
