import { createHmac } from 'node:crypto';
import { Seal, type AnsweredRequest, type Hmac } from 'reprise/contracts';
import { SagaError, type CommandAddress } from 'reprise/core';
import { awaitAnswer } from './await-answer.js';
import type { ConnectionOptions, DeliveryTerms, ServiceConnection, ServiceDialect } from './service-dialect.js';

/** A failure that came from the service's own code, in whatever shape Nest delivered it. */
export class ServiceFailure extends Error {
  constructor(readonly failure: unknown) {
    super('the service answered with an error');
  }
}

const hmac: Hmac = (key, text) => createHmac('sha256', key).update(text).digest('base64');

/** What one request has beside its payload. */
export type AskTerms = DeliveryTerms & AnsweredRequest;

/** What a service's configuration says beside its transport. */
export interface ClientSettings {
  readonly options?: object;
  readonly envelope?: 'embedded' | 'none';
  readonly namespace?: string;
  readonly sharedKeys?: readonly string[];
}

/** One service as it is configured: opens its connection when it is first needed. */
export class ServiceClient {
  readonly envelope: 'embedded' | 'none';
  private readonly seal: Seal | undefined;
  private readonly options: ConnectionOptions;
  private connection: ServiceConnection | undefined;

  /** Before the patterns and the name of the service, where the service shares its broker with others of the same name. */
  private readonly prefix: string;

  constructor(
    private readonly service: string,
    private readonly dialect: ServiceDialect,
    { options, envelope, namespace, sharedKeys }: ClientSettings,
    private readonly refused: (code: string) => void,
  ) {
    this.options = { ...options };
    this.envelope = envelope ?? 'embedded';
    this.seal = sharedKeys && new Seal(sharedKeys, hmac);
    this.prefix = namespace === undefined ? '' : `${namespace}.`;
  }

  /** @throws SagaError `INVALID_CONFIGURATION` when a driver package is missing */
  async demandPackages(): Promise<void> {
    for (const name of this.dialect.packages) {
      try {
        await import(name);
      } catch (cause) {
        throw new SagaError(
          'INVALID_CONFIGURATION',
          `Service "${this.service}" is reached over ${this.dialect.name}, which needs the package "${name}", and that could not be loaded.`,
          `Run \`npm install ${name}\`.`,
          { cause },
        );
      }
    }
  }

  /**
   * @throws SagaError `SERVICE_UNREACHABLE`, `NO_HANDLER`, `NO_ANSWER`, `PAYLOAD_TOO_LARGE`, `BAD_SIGNATURE`
   * @throws ServiceFailure for an error that the service sent
   */
  async ask(address: CommandAddress, payload: unknown, terms: AskTerms, giveUpAt: number): Promise<unknown> {
    const pattern = `${address.service}.${address.operation}`;
    // An event is signed without the service that hears it: its `@On` method does not know of which service it is a part.
    const operation = address.operation.includes('.') ? address.operation : pattern;
    const signed = this.seal ? this.seal.signRequest(operation, payload) : payload;
    const answers = this.opened().send(`${this.prefix}${pattern}`, signed, terms);
    try {
      const answer = await awaitAnswer(answers, giveUpAt, () => noAnswer(pattern));
      if (this.seal && !this.seal.acceptsReply(terms, answer)) throw notSigned(pattern);
      return answer;
    } catch (failure) {
      if (failure instanceof SagaError) throw failure;
      switch (this.dialect.problem(failure)) {
        case 'NO_HANDLER':
          throw noHandler(this.service, pattern);
        case 'NO_LISTENER':
          throw noListener(this.service, pattern, this.dialect.name);
        case 'SERVICE_UNREACHABLE':
          throw unreachable(this.service, pattern, failure);
        case 'PAYLOAD_TOO_LARGE':
          throw tooLarge(pattern, this.dialect.name);
        default:
          throw this.seal ? notSigned(pattern) : new ServiceFailure(failure);
      }
    }
  }

  /** Lets a transport whose connections take long begin with it. */
  prepare(): void {
    this.opened().prepare?.();
  }

  private opened(): ServiceConnection {
    return (this.connection ??= this.dialect.open({
      service: `${this.prefix}${this.service}`,
      options: this.options,
      refused: this.refused,
    }));
  }

  async close(): Promise<void> {
    const open = this.connection;
    this.connection = undefined;
    await open?.close();
  }
}

function notSigned(pattern: string): SagaError {
  return new SagaError(
    'BAD_SIGNATURE',
    `The answer to "${pattern}" is not signed with a key that this process shares with the service; it is not believed.`,
    'Give both sides the same `sharedKeys`. The step is tried again by its policy.',
  );
}

function noAnswer(pattern: string): SagaError {
  return new SagaError(
    'NO_ANSWER',
    `"${pattern}" did not answer in time; whether it ran is not known.`,
    'The step is tried again with the same key, by its policy.',
  );
}

function noHandler(service: string, pattern: string): SagaError {
  return new SagaError(
    'NO_HANDLER',
    `Service "${service}" has no handler for "${pattern}".`,
    'Add the method with `@Handles` (or `@MessagePattern`) to a controller there, or deploy the version that has it.',
  );
}

/** A broker cannot tell a service that is down from one that lacks the operation. */
function noListener(service: string, pattern: string, transport: string): SagaError {
  return new SagaError(
    'SERVICE_UNREACHABLE',
    `Nobody listens for "${pattern}" on ${transport}: service "${service}" is down, or has no handler for it.`,
    'Start the service, or add the method with `@Handles` there; the step is tried again by its policy.',
  );
}

function tooLarge(pattern: string, transport: string): SagaError {
  return new SagaError(
    'PAYLOAD_TOO_LARGE',
    `The request for "${pattern}" is larger than this ${transport} server takes.`,
    'Store it elsewhere and pass a reference, or raise the limit of the server.',
  );
}

function unreachable(service: string, pattern: string, failure: unknown): SagaError {
  const { code, message } = failure as { code?: unknown; message?: unknown };
  const why = typeof message === 'string' && message ? message : String(code);
  return new SagaError(
    'SERVICE_UNREACHABLE',
    `Service "${service}" could not be reached for "${pattern}", or was lost before it answered: ${why}.`,
    `Start the service, or correct \`${service}\` in \`microservices({ … })\`; the step is tried again by its policy.`,
    { cause: failure },
  );
}
