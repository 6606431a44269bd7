import type { Command } from './command.js';
import { EXIT_CODES } from './exit-code.js';
import type { Option } from './option.js';

/** `reprise --help`. */
export function overallHelp(commands: readonly Command[]): string {
  return [
    'Usage: reprise <command> [options]',
    '',
    'Histories, instances and the schema of Reprise, from the command line.',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Examples:',
    ...examples(commands.flatMap((one) => one.examples.slice(0, 1)).slice(0, 4)),
    '',
    'The database is DATABASE_URL, or --database-url. `reprise <command> --help` has the options of a command.',
    '',
    'Exit codes:',
    ...columns(EXIT_CODES.map(([code, says]) => [String(code), says])),
  ].join('\n');
}

/** `reprise <command> --help`. */
export function commandHelp(command: Command): string {
  const { name, summary, operands, options, notes = [] } = command;
  return [
    `Usage: reprise ${name}${operands && ` ${operands}`} [options]`,
    '',
    `${summary}.`,
    '',
    'Options:',
    ...columns(Object.entries(options).map(([option, about]) => [optionText(option, about), about.says])),
    '',
    ...(notes.length > 0 ? [...notes, ''] : []),
    'Examples:',
    ...examples(command.examples),
  ].join('\n');
}

function optionText(name: string, { value, kind, required }: Option): string {
  return `--${name}${value ? ` ${value}` : ''}${kind === 'texts' ? '…' : ''}${required ? ' (needed)' : ''}`;
}

function examples(all: Command['examples']): string[] {
  return all.flatMap(({ command, says }) => [`  # ${says}`, `  npx ${command}`]);
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
