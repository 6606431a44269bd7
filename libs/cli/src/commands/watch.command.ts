import { isClosed, milliseconds, type Duration } from 'reprise/core';
import { command } from '../command.js';
import { DATABASE, withQueries } from '../database.js';
import { eventLine } from '../event-line.js';
import { EXIT } from '../exit-code.js';
import { pause } from '../interruption.js';
import { onlyId } from '../operand.js';
import { timeText } from '../printable.js';

export const watchCommand = command({
  name: 'watch',
  summary: 'Shows what happens to an instance until it ends',
  operands: '<id>',
  options: { every: { kind: 'text', value: '<time>', says: 'how often to look; default: 1s' }, ...DATABASE },
  notes: ['Exit code 0 when it completed, 1 when it ended otherwise. With --json a line of JSON for each event.'],
  examples: [{ command: 'reprise watch order-17', says: 'until it ends, or Ctrl+C' }],
  async run(invocation) {
    const { options, operands, terminal, signal } = invocation;
    const id = onlyId('watch', operands);
    const every = Math.max(100, milliseconds((options.every ?? '1s') as Duration));
    return withQueries(invocation, async (queries) => {
      let run: string | undefined;
      let seen = 0;
      for (;;) {
        signal.throwIfAborted();
        const instance = await queries.get(id);
        const turns = await queries.history(instance);
        if (instance.key.run !== run) [run, seen] = [instance.key.run, 0];
        for (const { at, events } of turns.slice(seen)) {
          for (const event of events)
            await terminal.print(options.json ? JSON.stringify({ at, event }) : `${timeText(at)}  ${eventLine(event)}`);
        }
        seen = turns.length;
        // Another run may take over from one that continued.
        if (isClosed(instance.status) && instance.status !== 'continued')
          return instance.status === 'completed' ? EXIT.done : EXIT.negative;
        await pause(every, signal);
      }
    });
  },
});
