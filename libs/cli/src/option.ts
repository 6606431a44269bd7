import { parseArgs } from 'node:util';
import { closest } from './closest.js';
import { badUsage } from './failure.js';

/** One option of a command. `flag` is there or not, `text` and `count` take a value, `texts` may be given several times. */
export interface Option {
  readonly kind: 'flag' | 'text' | 'texts' | 'count';
  /** What stands for the value in the help: `<dir>`. */
  readonly value?: string;
  readonly says: string;
  readonly required?: true;
}
export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O['kind'] extends 'flag'
  ? boolean
  : O['kind'] extends 'texts'
    ? readonly string[]
    : (O['kind'] extends 'count' ? number : string) | (O extends { readonly required: true } ? never : undefined);

/** What was given, by the name of the option. */
export type OptionValues<T extends OptionTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

export interface Parsed {
  readonly options: Readonly<Record<string, unknown>>;
  readonly operands: readonly string[];
}

/** @throws SagaError `BAD_USAGE` */
export function parseOptions(command: string, table: OptionTable, args: readonly string[]): Parsed {
  const { values, positionals } = parsed(command, table, args);
  const options = Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, valueOf(command, name, option, values[name])]),
  );
  return { options, operands: positionals };
}

function parsed(command: string, table: OptionTable, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: kind === 'texts' },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const text = (error as Error).message;
    const unknown = /^Unknown option '-*([^']*)'/.exec(text)?.[1];
    if (unknown === undefined) throw badUsage(`${text.split('. ')[0]!}.`, helpFor(command));
    const meant = closest(unknown, Object.keys(table));
    throw badUsage(`${command} has no option --${unknown}.`, meant ? `Did you mean --${meant}?` : helpFor(command));
  }
}

function valueOf(command: string, name: string, option: Option, given: unknown): unknown {
  if (option.kind === 'flag') return given ?? false;
  if (option.kind === 'texts') return given ?? [];
  if (given === undefined && option.required)
    throw badUsage(`${command} needs --${name} ${option.value ?? ''}.`, helpFor(command));
  if (option.kind === 'text' || given === undefined) return given;
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= 0 && given !== '') return number;
  throw badUsage(`--${name} is a whole number, not "${String(given)}".`, helpFor(command));
}

function helpFor(command: string): string {
  return `See \`reprise ${command} --help\`.`;
}
