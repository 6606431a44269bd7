import type { SagaStatus } from 'reprise/core';
import { SagaQueries } from 'reprise/runtime';
import { command } from '../command.js';
import { CONNECTION, withPostgres } from '../database.js';
import { EXIT } from '../exit-code.js';
import { statusStyle } from '../instance-row.js';
import { printable, timeText } from '../printable.js';

/** Every status, open ones first. */
const STATUSES: readonly SagaStatus[] = [
  ...(['running', 'delayed', 'paused', 'compensating', 'incident'] as const),
  ...(['completed', 'failed', 'compensated', 'cancelled', 'terminated', 'continued'] as const),
];

export const statusCommand = command({
  name: 'status',
  summary: 'Shows the workers that are alive, how many instances are in which state, and what is due',
  operands: '',
  options: CONNECTION,
  notes: ['Counts stop at about 10,000: "10000+" is at least so many.'],
  examples: [
    { command: 'reprise status', says: 'at a glance' },
    { command: 'reprise status --json', says: 'for a monitor' },
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const answer = await withPostgres(invocation, async (store) => {
      const queries = new SagaQueries(store);
      const counts = await Promise.all(
        STATUSES.map(async (status) => ({ status, ...(await queries.count({ status })) })),
      );
      const { workers, due, now } = await store.overview();
      const stranded = (await queries.census()).filter(({ hosted }) => !hosted);
      return { workers, instances: counts.filter(({ count }) => count > 0), due, now, stranded };
    });
    if (options.json) {
      await terminal.printJson(answer);
      return EXIT.done;
    }
    const { workers, instances, due, now, stranded } = answer;
    await terminal.print(`${workers.length} ${workers.length === 1 ? 'worker' : 'workers'} alive`);
    for (const { id, startedAt, hosted } of workers)
      await terminal.print(
        `  ${id}  since ${timeText(startedAt)}  ${printable(hosted.map(({ saga, version }) => `${saga} ${version}`).join(', '))}`,
      );
    if (instances.length > 0)
      await terminal.printTable(
        ['status', 'instances'],
        instances.map(({ status, count, exact }) => [
          { text: status, style: statusStyle(status) },
          exact ? count : `${count}+`,
        ]),
      );
    const late = due && Math.round((now - due.at) / 1000);
    if (due)
      await terminal.print(
        late! > 0
          ? `longest due: ${printable(due.id)}, for ${late} s`
          : `next due: ${printable(due.id)} at ${timeText(due.at)}`,
      );
    for (const { saga, version, count, exact } of stranded)
      await terminal.print(
        terminal.paint(
          'red',
          `no worker has ${printable(saga)} ${version}, for which ${count}${exact ? '' : '+'} wait`,
        ),
      );
    return EXIT.done;
  },
});
