import type { ClientOptions } from '@nestjs/microservices';

/** How to reach one service: what `ClientsModule` takes, and how the request travels. */
export type ServiceOptions = ClientOptions & {
  /**
   * - `embedded` (default): the input with one more property, `$saga` (instance, step, attempt, idempotency key, deadline)
   * - `none`: the bare input as plain JSON, for a service that refuses properties it does not know. It cannot tell a repeated
   *   delivery from a new one then, so its operations have to be idempotent by themselves.
   */
  readonly envelope?: 'embedded' | 'none';
  /** Goes before each pattern, as in `staging.inventory.reserve`: several systems can share a broker. As given to `listenAs`. */
  readonly namespace?: string;
};

/** The services that sagas call, by the name that their contracts give. */
export type Services = Readonly<Record<string, ServiceOptions>>;
