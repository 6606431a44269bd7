import { SagaError, type CommandAddress } from 'reprise/core';
import { awaitAnswer } from './await-answer.js';
import type { ServiceConnection, ServiceDialect } from './service-dialect.js';

/** A failure that came from the service's own code, in whatever shape Nest delivered it. */
export class ServiceFailure extends Error {
  constructor(readonly failure: unknown) {
    super('the service answered with an error');
  }
}

/** One service as it is configured: opens its connection when it is first needed. */
export class ServiceClient {
  private connection: ServiceConnection | undefined;

  constructor(
    private readonly service: string,
    private readonly dialect: ServiceDialect,
    private readonly options: Readonly<Record<string, unknown>>,
    readonly envelope: 'embedded' | 'none',
  ) {}

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
   * @throws SagaError `SERVICE_UNREACHABLE`, `NO_HANDLER`, `NO_ANSWER`
   * @throws ServiceFailure for an error that the service sent
   */
  async ask(address: CommandAddress, payload: unknown, giveUpAt: number): Promise<unknown> {
    const pattern = `${address.service}.${address.operation}`;
    this.connection ??= this.dialect.open(this.options);
    try {
      return await awaitAnswer(this.connection.send(pattern, payload), giveUpAt, () => noAnswer(pattern));
    } catch (failure) {
      if (failure instanceof SagaError) throw failure;
      switch (this.dialect.problem(failure)) {
        case 'NO_HANDLER':
          throw noHandler(this.service, pattern);
        case 'SERVICE_UNREACHABLE':
          throw unreachable(this.service, pattern, failure);
        default:
          throw new ServiceFailure(failure);
      }
    }
  }

  async close(): Promise<void> {
    const open = this.connection;
    this.connection = undefined;
    await open?.close();
  }
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
