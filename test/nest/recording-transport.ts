import type { Command } from 'reprise/contracts';
import { StepTransport, type CommandAddress, type StepCommand, type StepReply } from 'reprise/core';

/** Answers every command with a text, and knows the services that it is told of. */
export class RecordingTransport extends StepTransport {
  readonly registered: string[] = [];
  readonly sent: string[] = [];

  constructor(private readonly services: readonly string[]) {
    super();
  }

  register(command: Command): void {
    this.registered.push(command.pattern);
  }
  check(addresses: readonly CommandAddress[]): string[] {
    return addresses
      .filter(({ service }) => !this.services.includes(service))
      .map(({ service, operation }) => `${service}.${operation}: there is no service "${service}".`);
  }
  async connect(): Promise<void> {}
  async send({ address: { service, operation }, input }: StepCommand): Promise<StepReply> {
    this.sent.push(`${service}.${operation} ${JSON.stringify(input)}`);
    return { outcome: 'completed', result: { reservationId: 'r1' } };
  }
  async close(): Promise<void> {}
}
