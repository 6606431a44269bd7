import type { Finding, FindingLevel } from 'reprise/postgres';
import { command } from '../command.js';
import { connecting, CONNECTION, connectionOptions, postgresLibrary } from '../database.js';
import { EXIT } from '../exit-code.js';
import { badUsage } from '../failure.js';
import { printable } from '../printable.js';
import type { Style } from '../style.js';

/** Connections of each process, as the store has them by default. */
const POOL = 10;
const STYLE = { ok: 'green', warning: 'yellow', problem: 'red' } as const satisfies Record<FindingLevel, Style>;
const WIDTH = 'problem'.length;

export const doctorCommand = command({
  name: 'doctor',
  summary: 'Looks at the database, the schema and what is left undone, and says what to do',
  operands: '',
  options: {
    pool: {
      kind: 'text',
      value: '<number>',
      says: `connections of each worker, as postgres() has them; default: ${POOL}`,
    },
    ...CONNECTION,
  },
  notes: ['It changes nothing. Use the role of the running processes: it looks at the rights of that one.'],
  examples: [
    { command: 'reprise doctor', says: 'what is wrong here?' },
    { command: 'reprise doctor --json', says: 'after a deploy, or for a monitor' },
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const pool = Number(options.pool ?? POOL);
    if (!Number.isInteger(pool) || pool < 1)
      throw badUsage(`--pool is ${JSON.stringify(options.pool)}.`, 'Say how many connections, 1 or more.');
    const connection = connectionOptions(invocation);
    const { PostgresDoctor } = await postgresLibrary();
    const findings = await connecting(() => new PostgresDoctor({ ...connection, pool }).examine());
    if (options.json) await terminal.printJson({ findings });
    else for (const line of linesOf(findings, (style, text) => terminal.paint(style, text))) await terminal.print(line);
    return findings.some(({ level }) => level === 'problem') ? EXIT.negative : EXIT.done;
  },
});

function linesOf(findings: readonly Finding[], paint: (style: Style, text: string) => string): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, what, advice }) => [
    `${paint(STYLE[level], level.padEnd(WIDTH))}  ${check.padEnd(width)}  ${printable(what)}`,
    ...(advice ? [`${' '.repeat(WIDTH + 2 + width + 2)}${printable(advice)}`] : []),
  ]);
  const count = (wanted: FindingLevel): string => {
    const many = findings.filter(({ level }) => level === wanted).length;
    return wanted === 'ok' ? `${many} ok` : `${many} ${wanted}${many === 1 ? '' : 's'}`;
  };
  return [...lines, `${count('ok')}, ${count('warning')}, ${count('problem')}`];
}
