import { command } from '../command.js';
import { DATABASE, withQueries } from '../database.js';
import { EXIT } from '../exit-code.js';
import { instanceRow, INSTANCE_HEADS } from '../instance-row.js';
import { selected, SELECTION } from '../selection.js';

/** How many are listed when nobody says. */
const USUAL = 50;

export const listCommand = command({
  name: 'list',
  summary: 'Lists instances, newest first',
  operands: '',
  options: { ...SELECTION, ...DATABASE },
  notes: [`Without --limit the newest ${USUAL}.`],
  examples: [
    { command: 'reprise list', says: 'the newest' },
    {
      command: 'reprise list --saga order.place --state running --state incident --since 1h',
      says: 'of one saga, open, of the last hour',
    },
    { command: 'reprise list --tag customer=ada --json', says: 'by a tag, for programs' },
  ],
  async run(invocation) {
    const { options, terminal, signal } = invocation;
    const limited = { ...options, limit: options.limit ?? USUAL };
    const instances = await withQueries(invocation, async (queries) => {
      const found = [];
      for await (const instance of selected(queries, limited, signal)) found.push(instance);
      return found;
    });
    if (options.json) await terminal.printJson(instances);
    else await terminal.printTable(INSTANCE_HEADS, instances.map(instanceRow));
    return EXIT.done;
  },
});
