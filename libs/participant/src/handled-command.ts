import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Command } from 'reprise/contracts';
import type { DeclaredError } from 'reprise/core';

/** What `@Handles` leaves on a method. */
export interface HandledCommand {
  readonly command: Command;
  readonly declared: ReadonlyMap<string, DeclaredError>;
  readonly transaction: boolean;
  /** True for what changes nothing: its answer is not kept. */
  readonly unrecorded?: true;
}

/** The key under which it is left. */
export const HANDLED_COMMAND = Symbol.for('reprise:handled-command');

const reflector = new Reflector();

/** What `@Handles` left on the method that is about to run. */
export function handledBy(context: ExecutionContext): HandledCommand {
  return reflector.get<HandledCommand, symbol>(HANDLED_COMMAND, context.getHandler());
}
