import type { ExitCode } from './exit-code.js';
import type { OptionTable, OptionValues } from './option.js';
import type { Terminal } from './terminal.js';

/** What a command gets to work with. */
export interface Invocation<T extends OptionTable> {
  readonly options: OptionValues<T>;
  /** What stands on the command line beside options. */
  readonly operands: readonly string[];
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths begin at. */
  readonly folder: string;
  /** Aborted by Ctrl+C, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
}

export interface Example {
  readonly command: string;
  readonly says: string;
}

interface CommandText {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Operands as the usage shows them: `<id>`, `<file…>`, `[id]`. */
  readonly operands: string;
  readonly examples: readonly Example[];
  /** More to know, below the options. */
  readonly notes?: readonly string[];
}

interface CommandDefinition<T extends OptionTable> extends CommandText {
  readonly options: T;
  run(invocation: Invocation<T & typeof COMMON>): Promise<ExitCode>;
}

/** A command as the registry has it, whatever its options are. */
export interface Command extends CommandText {
  readonly options: OptionTable;
  run(invocation: Invocation<OptionTable>): Promise<ExitCode>;
}

/** Options that every command has. */
export const COMMON = {
  json: { kind: 'flag', says: 'answer as JSON, for programs' },
  verbose: { kind: 'flag', says: 'show where an error was thrown' },
  help: { kind: 'flag', says: 'show this' },
} as const satisfies OptionTable;

/** Makes a command; its `run` sees the options by their types. */
export function command<const T extends OptionTable>(definition: CommandDefinition<T>): Command {
  // What `parseOptions` made of this very table is what `run` takes.
  return definition as unknown as Command;
}
