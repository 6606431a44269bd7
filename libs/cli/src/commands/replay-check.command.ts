import { APP, loadSagas } from '../app-sagas.js';
import { command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { badUsage } from '../failure.js';
import { historiesIn } from '../history-files.js';
import { printable } from '../printable.js';
import { verdictOf, VERDICTS, type Verdict, type VerdictName } from '../replay-verdict.js';
import type { Terminal } from '../terminal.js';

export const replayCheckCommand = command({
  name: 'replay-check',
  summary: 'Replays histories against the code of today, and says what a deploy would break',
  operands: '<file or folder…>',
  options: APP,
  notes: [
    'The application is loaded, not started: nothing is connected. Exit code 0 when every history is safe, else 1.',
  ],
  examples: [
    { command: 'reprise replay-check histories --app dist/app.module.js#AppModule', says: 'in CI, before a deploy' },
    {
      command: 'reprise replay-check order-17.json --app dist/place-order.saga.js --json',
      says: 'one history, for programs',
    },
  ],
  async run({ options, operands, terminal, folder, signal }) {
    if (operands.length === 0) throw badUsage('replay-check needs histories.', 'Name files, or a folder of them.');
    const sagas = await loadSagas(options.app, folder);
    const verdicts: Verdict[] = [];
    for await (const read of historiesIn(operands, folder, signal)) {
      const verdict = await verdictOf(read, sagas);
      verdicts.push(verdict);
      if (!options.json) await print(terminal, verdict);
    }
    const totals = totalsOf(verdicts);
    if (options.json) await terminal.printJson({ totals, histories: verdicts });
    else await terminal.print(sentence(totals, verdicts.length));
    if (verdicts.length === 0)
      throw badUsage('There is no history in what was named.', 'Name files, or a folder of them.');
    return totals.safe === verdicts.length ? EXIT.done : EXIT.negative;
  },
});

async function print(terminal: Terminal, { verdict, saga, version, id, call, why }: Verdict): Promise<void> {
  const where =
    verdict === 'needs-patch' && call !== undefined ? `${VERDICTS[verdict]} at call ${call}` : VERDICTS[verdict];
  const painted = terminal.paint(verdict === 'safe' ? 'green' : 'red', where.padEnd(24));
  await terminal.print(`${painted} ${printable(`${saga} ${version} ${id}`)}`);
  for (const line of why?.split('\n') ?? []) await terminal.print(`    ${printable(line)}`);
}

type Totals = Readonly<Record<VerdictName, number>>;

function totalsOf(verdicts: readonly Verdict[]): Totals {
  const names = Object.keys(VERDICTS) as VerdictName[];
  return Object.fromEntries(
    names.map((name) => [name, verdicts.filter(({ verdict }) => verdict === name).length]),
  ) as Totals;
}

function sentence(totals: Totals, all: number): string {
  const parts = (Object.keys(VERDICTS) as VerdictName[]).filter((name) => totals[name] > 0);
  const listed = parts.map((name) => `${totals[name]} ${VERDICTS[name]}`).join(', ');
  return `${all} ${all === 1 ? 'history' : 'histories'}${listed && `: ${listed}`}`;
}
