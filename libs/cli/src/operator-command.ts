import { userInfo } from 'node:os';
import { milliseconds, type Duration } from 'reprise/core';
import type { Operator, SagaControl } from 'reprise/runtime';
import { command, type Command, type Example } from './command.js';
import { DATABASE, withEngine } from './database.js';
import { EXIT } from './exit-code.js';
import { badUsage } from './failure.js';
import { printable } from './printable.js';
import type { OptionTable } from './option.js';

const OPERATOR = {
  reason: { kind: 'text', value: '<text>', says: 'why; it is in the history', required: true },
  by: { kind: 'text', value: '<name>', says: 'who; it is in the history; default: your name on this machine' },
  timeout: { kind: 'text', value: '<time>', says: 'how long to wait for a worker to do it; default: 30s' },
  ...DATABASE,
} as const satisfies OptionTable;

export interface Operation {
  readonly name: string;
  readonly summary: string;
  /** What stands behind the id. */
  readonly operands: string;
  readonly notes?: readonly string[];
  readonly examples: readonly Example[];
  /** @param rest what stands behind the id */
  act(control: SagaControl, id: string, rest: readonly string[], operator: Operator): Promise<unknown>;
}

/** A command by which a person acts on an instance: with who and why, which its history keeps. */
export function operatorCommand({ name, summary, operands, notes = [], examples, act }: Operation): Command {
  return command({
    name,
    summary,
    operands: `<id>${operands && ` ${operands}`}`,
    options: OPERATOR,
    notes,
    examples,
    async run(invocation) {
      const { options, operands: given, terminal } = invocation;
      const [id, ...rest] = given;
      const most = operands.split(' ').filter(Boolean).length;
      if (id === undefined || rest.length > most)
        throw badUsage(`${name} takes <id>${operands && ` ${operands}`}.`, `See \`reprise ${name} --help\`.`);
      const by = options.by ?? nameHere();
      const timeout = milliseconds((options.timeout ?? '30s') as Duration);
      await withEngine(invocation, (engine) => act(engine.control, id, rest, { by, reason: options.reason, timeout }));
      if (options.json) await terminal.printJson({ id, action: name, by, reason: options.reason });
      else await terminal.print(printable(`${name} ${id}: done, as ${by}`));
      return EXIT.done;
    },
  });
}

/** @throws SagaError `BAD_USAGE` in a container whose user has no name */
function nameHere(): string {
  try {
    return userInfo().username;
  } catch {
    throw badUsage('The user of this process has no name.', 'Say who does it with --by.');
  }
}
