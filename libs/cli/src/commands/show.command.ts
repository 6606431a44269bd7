import { SagaState } from 'reprise/core';
import { command } from '../command.js';
import { DATABASE, withQueries } from '../database.js';
import { EXIT } from '../exit-code.js';
import { statusStyle } from '../instance-row.js';
import { onlyId } from '../operand.js';
import { printable, timeText } from '../printable.js';

export const showCommand = command({
  name: 'show',
  summary: 'Shows where an instance stands: its status, tags and steps',
  operands: '<id>',
  options: DATABASE,
  examples: [
    { command: 'reprise show order-17', says: 'with every step, its number and its state' },
    { command: 'reprise show order-17 --json', says: 'for programs' },
  ],
  async run(invocation) {
    const { options, operands, terminal } = invocation;
    const id = onlyId('show', operands);
    const { summary, turns } = await withQueries(invocation, async (queries) => {
      const found = await queries.get(id);
      return { summary: found, turns: await queries.history(found) };
    });
    const state = SagaState.salvage(turns);
    const steps = [...state.calls.values()].flatMap((call) =>
      call.kind === 'step'
        ? [
            {
              call: call.call,
              step: call.step,
              state: call.state,
              ...(call.undoes === undefined ? {} : { undoes: call.undoes }),
            },
          ]
        : [],
    );
    if (options.json) {
      await terminal.printJson({ ...summary, steps });
      return EXIT.done;
    }
    const { saga, version, status, retrying, error, tags, startedAt, closedAt, parent } = summary;
    const facts: [string, string | undefined][] = [
      ['saga', `${saga} ${version}`],
      ['status', terminal.paint(statusStyle(status), retrying ? `${status}, retrying` : status)],
      ['run', summary.key.run],
      ['started', timeText(startedAt)],
      ['ended', closedAt === undefined ? undefined : timeText(closedAt)],
      ['child of', parent && printable(`${parent.id}, call ${parent.call}`)],
      [
        'tags',
        printable(
          Object.entries(tags)
            .map(([name, value]) => `${name}=${value instanceof Date ? value.toISOString() : value}`)
            .join(' '),
        ),
      ],
      ['error', error && printable(`${error.message}${error.code ? ` (${error.code})` : ''}`)],
    ];
    await terminal.print(terminal.paint('bold', printable(id)));
    for (const [name, text] of facts) if (text) await terminal.print(`  ${name.padEnd(8)} ${text}`);
    if (steps.length > 0) {
      await terminal.print('');
      await terminal.printTable(
        ['call', 'step', 'state'],
        steps.map(({ call, step, state, undoes }) => [
          call,
          undoes === undefined ? step : `${step} (undoes ${undoes})`,
          state,
        ]),
      );
    }
    return EXIT.done;
  },
});
