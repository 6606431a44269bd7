import { command } from '../command.js';
import { DATABASE, withQueries } from '../database.js';
import { EXIT } from '../exit-code.js';
import { printable } from '../printable.js';
import { selected, SELECTION } from '../selection.js';

const { state: _state, ...NARROWED } = SELECTION;

export const incidentsCommand = command({
  name: 'incidents',
  summary: 'Lists instances that wait for a person or a deploy, and why',
  operands: '',
  options: { ...NARROWED, ...DATABASE },
  examples: [
    { command: 'reprise incidents', says: 'all of them' },
    { command: 'reprise incidents --saga order.place --json', says: 'of one saga, for programs' },
  ],
  async run(invocation) {
    const { options, terminal, signal } = invocation;
    const incidents = await withQueries(invocation, async (queries) => {
      const found = [];
      for await (const instance of selected(queries, { ...options, state: ['incident'] }, signal)) found.push(instance);
      return found;
    });
    if (options.json) await terminal.printJson(incidents);
    else {
      for (const { id, saga, version, error } of incidents) {
        await terminal.print(
          `${terminal.paint('red', printable(id))}  ${printable(saga)} ${version}  ${error?.code ?? ''}`,
        );
        for (const line of error?.message.split('\n') ?? []) await terminal.print(`    ${printable(line)}`);
      }
      await terminal.print(`${incidents.length} ${incidents.length === 1 ? 'incident' : 'incidents'}`);
    }
    return EXIT.done;
  },
});
