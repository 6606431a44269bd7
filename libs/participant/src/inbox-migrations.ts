/** One numbered change of the inbox's schema. Never edited once it was released. */
export interface InboxMigration {
  readonly number: number;
  readonly name: string;
  /** The statements, for a quoted schema name. */
  readonly up: (schema: string) => readonly string[];
}

/**
 * A tour: there is one table, `request`, with one row for each idempotency key that this participant has seen.
 *
 * - `started`: being handled. Only a handler that runs outside a transaction leaves such a row where others can see it; `holder` and
 *   `leased_until` say which delivery runs and until when the others wait for it.
 * - `answered`: `answer` is what the first delivery got, and what all later ones get.
 * - `compensated`: an undo of this key came before (or instead of) the request. The request is refused when it comes (a tombstone).
 *
 * `received_at`, `handled_at` and `answered_at` say when the delivery that got the answer came, its handler had ended, and the answer was
 * stored.
 *
 * `fingerprint` tells whether a repeated key comes with the input that it came with first.
 */
export const inboxMigrations: readonly InboxMigration[] = [
  {
    number: 1,
    name: 'the requests and their first answers',
    up: (schema) => [
      `CREATE TABLE ${schema}.request (
        key text PRIMARY KEY,
        command text NOT NULL,
        fingerprint text NOT NULL,
        state text NOT NULL CHECK (state IN ('started', 'answered', 'compensated')),
        answer json CHECK ((state = 'answered') = (answer IS NOT NULL)),
        holder uuid,
        leased_until timestamptz,
        received_at timestamptz NOT NULL DEFAULT now()
      )`,
      // For the removal of old answers.
      `CREATE INDEX request_by_age ON ${schema}.request (received_at)`,
    ],
  },
  {
    number: 2,
    name: 'when they were handled and answered',
    up: (schema) => [
      `ALTER TABLE ${schema}.request ADD COLUMN handled_at timestamptz, ADD COLUMN answered_at timestamptz`,
    ],
  },
];
