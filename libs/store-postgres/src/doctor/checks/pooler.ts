import type pg from 'pg';
import { hintChannel } from '../../hint-listener.js';
import { HintProof } from '../../hint-proof.js';
import type { Check, Examination } from '../check.js';
import { findingsOf } from '../finding.js';

/** Milliseconds until a notification must have come back. */
const DEADLINE = 2_000;
const { ok, warning, problem } = findingsOf('pooler');

/** Whether something stands between that takes sessions apart: LISTEN and statements prepared by name are lost then. */
export const pooler: Check = {
  name: 'pooler',
  readsTables: false,
  async look(examination) {
    const [row] = await examination.ask('select pg_backend_pid() as pid');
    // A pooler makes up the number that it tells at the beginning.
    const pooled = Number(row!['pid']) !== examination.processId;
    const between = pooled ? 'A pooler stands between this process and PostgreSQL' : 'The connection is direct';
    const client = examination.connection.dedicated();
    // Broken in between: nothing is heard.
    client.on('error', () => undefined);
    try {
      await client.connect();
      if (!(await keepsPrepared(client)))
        return [
          problem(
            `${between}, and statements that were prepared by name are lost.`,
            'Put the pooler into session mode, or set max_prepared_statements of PgBouncer 1.21 or newer.',
          ),
        ];
      if (await hears(client, examination)) return [ok(`${between}, and hints come back.`)];
    } finally {
      await client.end().catch(() => undefined);
    }
    return [
      warning(
        `${between}, and a NOTIFY did not come back within ${DEADLINE} ms: work that other processes make is found by polling alone.`,
        'Use a URL that goes past the pooler or to one in session mode, or pass listen: false and accept the wait of a poll.',
      ),
    ];
  },
};

async function keepsPrepared(client: pg.Client): Promise<boolean> {
  try {
    for (let times = 0; times < 3; times++) await client.query({ name: 'reprise.doctor', text: 'select 1 as one' });
    return true;
  } catch (error) {
    // There is none of that name, or already one of somebody else.
    if (['26000', '42P05'].includes(String((error as { readonly code?: unknown }).code))) return false;
    throw error;
  }
}

async function hears(client: pg.Client, { schemaName, ask }: Examination): Promise<boolean> {
  const proof = new HintProof();
  client.on('notification', ({ payload }) => payload === proof.subject && proof.end());
  await client.query(`listen "${hintChannel(schemaName)}"`);
  // Over the other connection: a pooler passes what comes while the listening one has a statement under way.
  return proof.made(
    (subject) => ask('select pg_notify($1::text, $2::text)', [hintChannel(schemaName), subject]),
    DEADLINE,
  );
}
