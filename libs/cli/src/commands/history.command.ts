import { command } from '../command.js';
import { DATABASE, withQueries } from '../database.js';
import { eventLine } from '../event-line.js';
import { EXIT } from '../exit-code.js';
import { onlyId } from '../operand.js';
import { timeText } from '../printable.js';

export const historyCommand = command({
  name: 'history',
  summary: 'Shows what happened to an instance, event by event',
  operands: '<id>',
  options: { payloads: { kind: 'flag', says: 'with inputs and results' }, ...DATABASE },
  notes: ['Without --payloads and --json no payload is shown.'],
  examples: [
    { command: 'reprise history order-17', says: 'a line for each event' },
    { command: 'reprise history order-17 --json', says: 'every turn with its payloads' },
  ],
  async run(invocation) {
    const { options, operands, terminal } = invocation;
    const id = onlyId('history', operands);
    const turns = await withQueries(invocation, (queries) => queries.history(id));
    if (options.json) await terminal.printJson(turns);
    else {
      for (const { at, events } of turns) {
        for (const event of events)
          await terminal.print(`${timeText(at)}  ${options.payloads ? JSON.stringify(event) : eventLine(event)}`);
      }
    }
    return EXIT.done;
  },
});
