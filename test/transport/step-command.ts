import { type Command, type CommandInput } from 'reprise/contracts';
import { type StepCommand } from 'reprise/core';

let calls = 0;

/** One attempt of a step as the engine would send it, with a key of its own unless one is given. */
export function stepCommand<C extends Command>(
  command: C,
  input: CommandInput<C>,
  rest: Partial<StepCommand> = {},
): StepCommand {
  const call = calls++;
  return {
    address: command.address,
    saga: 'order.place',
    instance: 'order-1',
    run: 'run-1',
    step: command.operation,
    call,
    attempt: 1,
    key: `run-1:${call}`,
    deadline: Date.now() + 10_000,
    input,
    ...rest,
  };
}
