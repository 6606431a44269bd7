import { createHmac, randomBytes } from 'node:crypto';
import path from 'node:path';
import { redactHistory, type HistoryFile, type InstanceSummary } from 'reprise/core';
import type { SagaQueries } from 'reprise/runtime';
import { command } from '../command.js';
import { DATABASE, withQueries } from '../database.js';
import { EXIT } from '../exit-code.js';
import { badUsage } from '../failure.js';
import { HistoryFolder } from '../history-folder.js';
import { isEncoded } from '../is-encoded.js';
import { selected, SELECTION } from '../selection.js';

/** How many histories are read at a time. */
const ABREAST = 8;

export const exportCommand = command({
  name: 'export',
  summary: 'Writes histories to files, one for each run',
  operands: '',
  options: {
    out: {
      kind: 'text',
      value: '<dir>',
      says: 'the folder for the files',
      required: true,
    },
    id: { kind: 'texts', value: '<id>', says: 'the newest run of this id' },
    ...SELECTION,
    redact: {
      kind: 'flag',
      says: 'replace values: keys and lengths stay, texts become pseudonyms',
    },
    keep: {
      kind: 'texts',
      value: '<path>',
      says: 'with --redact: a field that stays as it is, such as total or order.kind',
    },
    ...DATABASE,
  },
  notes: [
    'Histories hold payloads. With --redact they hold names, keys, lengths and rough numbers only; keep what run() branches on, so that a',
    'replay takes the same way. Payloads that a codec wrote are exported as they are stored unless --codec reads them.',
  ],
  examples: [
    {
      command: 'reprise export --saga order.place --state running --out histories',
      says: 'what a deploy may break',
    },
    {
      command: 'reprise export --id order-17 --out histories',
      says: 'one instance',
    },
    {
      command: 'reprise export --since "2 days" --limit 500 --redact --keep total --out histories',
      says: 'to keep in a repository',
    },
  ],
  async run(invocation) {
    const { options, terminal, signal, folder } = invocation;
    if (options.keep.length > 0 && !options.redact)
      throw badUsage('--keep goes with --redact.', 'Without --redact everything is kept.');
    const files = new HistoryFolder(path.resolve(folder, options.out));
    const key = randomBytes(32);
    const pseudonym = (text: string): string =>
      `~${createHmac('sha256', key).update(text).digest('base64url').slice(0, 10)}`;
    let written = 0;
    let encoded = 0;
    const write = async (queries: SagaQueries, instance: InstanceSummary): Promise<void> => {
      const history = await historyOf(queries, instance);
      if (isEncoded(history)) encoded++;
      await files.write(options.redact ? redactHistory(history, { pseudonym, keep: options.keep }) : history);
      terminal.progress(`${++written} histories`);
    };
    await withQueries(invocation, async (queries) => {
      const instances = options.id.length > 0 ? byId(queries, options.id) : selected(queries, options, signal);
      const lanes = Array.from({ length: ABREAST }, async () => {
        for await (const instance of each(instances)) await write(queries, instance);
      });
      // Also when one fails or Ctrl+C is pressed, the others finish their file.
      const ended = await Promise.allSettled(lanes);
      for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
    });
    if (encoded > 0)
      terminal.note(`${encoded} of them hold payloads that a codec wrote, as they are stored; --codec reads them.`);
    if (options.json)
      await terminal.printJson({
        exported: written,
        folder: options.out,
        redacted: options.redact,
        encoded,
      });
    else await terminal.print(`${written} ${written === 1 ? 'history' : 'histories'} in ${options.out}`);
    return EXIT.done;
  },
});

async function* byId(queries: SagaQueries, ids: readonly string[]): AsyncGenerator<InstanceSummary, void, undefined> {
  for (const id of new Set(ids)) yield await queries.get(id);
}

/** Several may read from one generator: each value goes to one of them, and leaving it early ends it for none. */
async function* each<T>(source: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
}

async function historyOf(queries: SagaQueries, instance: InstanceSummary): Promise<HistoryFile> {
  const { id, key, saga, version } = instance;
  return {
    id,
    run: key.run,
    saga,
    version,
    turns: await queries.history(instance),
  };
}
