import type { Command } from 'reprise/contracts';
import { cueCommand, forTheWire, inquiryCommand, isCueEvent } from 'reprise/contracts';
import {
  SagaError,
  StepTransport,
  type CommandAddress,
  type EventListener,
  type RecordedError,
  type StepCommand,
  type StepReply,
  type TransportRemark,
} from 'reprise/core';
import { failureOf, replyOf } from './command-reply.js';
import { requestOf } from './command-request.js';
import { dialectOf, transportName } from './dialects.js';
import { ServiceClient, ServiceFailure } from './service-client.js';
import type { Services } from './service-options.js';
import { serviceMistakes, serviceRemarks } from './services-check.js';

/** What an answer is refused with. */
const NOT_BELIEVED: ReadonlySet<string> = new Set(['BAD_REPLY', 'BAD_SIGNATURE']);

export interface MicroserviceTransportOptions {
  /** The longest input of a command, in characters of JSON. Default one million. */
  readonly payloadLimit?: number;
}

/**
 * Carries steps to other services over `@nestjs/microservices`. Checks inputs before they leave and results when they come,
 * by the contracts of the registered commands. Connects when it is first needed and again after a service was restarted.
 * It writes no log: everything that goes wrong is in the error of the attempt.
 *
 * @example
 * const transport = new MicroserviceTransport({ inventory: { transport: Transport.TCP, options: { port: 4001 } } });
 * transport.register(Inventory.reserve, Inventory.release);
 */
export class MicroserviceTransport extends StepTransport {
  private readonly commands = new Map<string, Command>();
  private readonly contested = new Set<string>();
  private readonly clients = new Map<string, ServiceClient>();
  private closed = false;

  constructor(
    private readonly services: Services,
    private readonly options: MicroserviceTransportOptions = {},
  ) {
    super();
    for (const [service, { on = [], envelope }] of Object.entries(services)) {
      this.register(...on.filter(isCueEvent).map((event) => cueCommand(service, event)));
      // A service that gets bare inputs knows no keys.
      if (envelope !== 'none') this.register(inquiryCommand(service));
    }
  }

  /** Makes commands known, so that what is sent and what comes back can be checked. `check` reports two contracts for one pattern. */
  register(...commands: readonly Command[]): void {
    for (const command of commands) {
      const known = this.commands.get(command.pattern);
      if (known === undefined) this.commands.set(command.pattern, command);
      else if (known.definition !== command.definition) this.contested.add(command.pattern);
    }
  }

  check(addresses: readonly CommandAddress[]): string[] {
    const mistakes = new Set(serviceMistakes(this.services));
    for (const { service, operation } of addresses) {
      if (!Object.hasOwn(this.services, service)) mistakes.add(this.noSuchService(service).message);
      if (!this.commands.has(`${service}.${operation}`)) mistakes.add(noContract(`${service}.${operation}`).message);
    }
    for (const pattern of this.contested) mistakes.add(`Two contracts define "${pattern}"; import it from one place.`);
    return [...mistakes];
  }

  override listeners(): EventListener[] {
    return Object.entries(this.services).map(([service, { on = [] }]) => ({
      service,
      events: on.map(({ name }) => name),
    }));
  }

  override systemOf(service: string): string | undefined {
    const dialect = this.services[service] && dialectOf(this.services[service].transport);
    return typeof dialect === 'object' ? dialect.name.toLowerCase() : undefined;
  }

  override remarks(): TransportRemark[] {
    return serviceRemarks(this.services);
  }

  async connect(): Promise<void> {
    this.closed = false;
    const clients = Object.keys(this.services).map((service) => this.clientOf(service));
    for (const client of clients) await client.demandPackages();
    for (const client of clients) client.prepare();
  }

  override refuse(code: string, { service }: CommandAddress): void {
    this.refused.note(code, transportName(this.services[service]?.transport), service);
  }

  async send(command: StepCommand, giveUpAt: number): Promise<StepReply> {
    try {
      return await this.ask(command, giveUpAt);
    } catch (error) {
      if (error instanceof SagaError && NOT_BELIEVED.has(error.code)) this.refuse(error.code, command.address);
      throw error;
    }
  }

  private async ask(command: StepCommand, giveUpAt: number): Promise<StepReply> {
    const { service, operation } = command.address;
    const contract = this.commands.get(`${service}.${operation}`);
    if (contract === undefined) throw noContract(`${service}.${operation}`);
    const client = this.clientOf(service);
    let payload: unknown;
    try {
      payload = await requestOf(contract, command, client.envelope, this.options.payloadLimit);
    } catch (error) {
      return { outcome: 'fatal', error: recordOf(error) };
    }
    // While the input was checked, asynchronously, the transport may have been closed.
    if (this.closed) throw closedNow();
    const sent = Date.now();
    let answer: unknown;
    try {
      answer = await client.ask(command.address, payload, command, giveUpAt);
    } catch (error) {
      if (error instanceof ServiceFailure) return { ...(await failureOf(contract, error.failure)), delivery: { sent } };
      if (error instanceof SagaError && error.code === 'PAYLOAD_TOO_LARGE') {
        return { outcome: 'fatal', error: recordOf(error) };
      }
      throw error;
    }
    return replyOf(contract, answer, sent);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.clients.values()].map((client) => client.close()));
  }

  private clientOf(service: string): ServiceClient {
    if (this.closed) throw closedNow();
    let client = this.clients.get(service);
    if (client === undefined) {
      const configured = Object.hasOwn(this.services, service) ? this.services[service] : undefined;
      if (configured === undefined) throw this.noSuchService(service);
      const dialect = dialectOf(configured.transport);
      if (typeof dialect === 'string') throw new SagaError('INVALID_CONFIGURATION', `Service "${service}": ${dialect}`);
      client = new ServiceClient(service, dialect, configured, (code) => this.refuse(code, { service, operation: '' }));
      this.clients.set(service, client);
    }
    return client;
  }

  private noSuchService(service: string): SagaError {
    const known = Object.keys(this.services).map((name) => `"${name}"`);
    return new SagaError(
      'NO_SUCH_SERVICE',
      `A step is performed by the service "${service}", which is not among the configured ones (${known.join(', ') || 'there are none'}).`,
      `Add \`${service}\` to what \`microservices({ … })\` is given.`,
    );
  }
}

function noContract(pattern: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    `The transport does not know the contract of "${pattern}".`,
    'Pass the command to `register()` before the first step is sent.',
  );
}

function closedNow(): SagaError {
  return new SagaError(
    'SHUTTING_DOWN',
    'The transport is closed.',
    'The step goes on in another process, or after the restart.',
  );
}

/** What goes wrong before anything is sent stays wrong: a bad input, something that cannot be serialised. */
function recordOf(error: unknown): RecordedError {
  return forTheWire(error) ?? { name: 'Error', message: String(error), code: 'INVALID_COMMAND_INPUT' };
}
