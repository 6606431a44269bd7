import type { Command, CommandInput, CommandResult } from 'reprise/contracts';
import { recordError, SagaError, StepTransport, type StepCommand, type StepReply } from 'reprise/core';

type Body = (input: unknown, sent: StepCommand) => unknown;

/**
 * The services of an application under test: each command of their contracts is performed by a function. It is the `transport` of the
 * module. What a function throws is what the service throws: a declared error of the contract is one, everything else is transient and
 * tried again. An undo that has no function succeeds; any other command without one fails for good.
 * @example
 * const services = new FakeServices().on(Inventory.reserve, ({ orderId }) => ({ reservationId: `r-${orderId}` }));
 */
export class FakeServices extends StepTransport {
  /** Everything that was sent so far, attempt by attempt. */
  readonly asked: StepCommand[] = [];
  private readonly bodies = new Map<string, Body>();

  /** Performs a command. The function gets its input, and beside it the attempt: its key, its number, the saga. */
  on<C extends Command>(
    command: C,
    body: (input: CommandInput<C>, sent: StepCommand) => CommandResult<C> | Promise<CommandResult<C>>,
  ): this {
    this.bodies.set(command.pattern, body as Body);
    return this;
  }

  check(): string[] {
    return [];
  }
  async connect(): Promise<void> {}
  async close(): Promise<void> {}

  async send(sent: StepCommand): Promise<StepReply> {
    this.asked.push(sent);
    const { service, operation } = sent.address;
    const body = this.bodies.get(`${service}.${operation}`);
    if (body) return { outcome: 'completed', result: await body(sent.input, sent) };
    if (sent.undoes !== undefined) return { outcome: 'completed', result: undefined };
    return { outcome: 'fatal', error: recordError(nobodyPerforms(service, operation)) };
  }
}

function nobodyPerforms(service: string, operation: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    `The test has nothing to perform command "${service}.${operation}".`,
    'Add .on(command, …) to its FakeServices.',
  );
}
