import { badUsage } from './failure.js';

/** The one id that a command is about. @throws SagaError `BAD_USAGE` */
export function onlyId(command: string, operands: readonly string[]): string {
  const [id, ...more] = operands;
  if (id !== undefined && more.length === 0) return id;
  throw badUsage(`${command} needs the id of one instance.`, `Write \`reprise ${command} <id>\`.`);
}

/** A number of a call. @throws SagaError `BAD_USAGE` */
export function callNumber(command: string, text: string | undefined): number {
  const call = Number(text);
  if (text !== undefined && text !== '' && Number.isSafeInteger(call) && call >= 0) return call;
  throw badUsage(`${command} needs the number of a call.`, '`reprise show <id>` has the numbers.');
}

/** A value as JSON; a text that is none is refused, so that no typing mistake becomes a value. @throws SagaError `BAD_USAGE` */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badUsage(`${text} is no JSON.`, `A text is written with quotes: '"${text.replace(/["\\']/g, '')}"'.`);
  }
}
