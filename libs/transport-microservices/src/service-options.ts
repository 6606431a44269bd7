import type { ClientOptions } from '@nestjs/microservices';

/**
 * How to reach one service: what `ClientsModule` takes, and how the envelope travels.
 * - `embedded` (default): the input with one more property, `$saga` (instance, step, attempt, idempotency key, deadline)
 * - `none`: the bare input as plain JSON, for a service that refuses properties it does not know. It cannot tell a repeated
 *   delivery from a new one then, so its operations have to be idempotent by themselves.
 */
export type ServiceOptions = ClientOptions & { readonly envelope?: 'embedded' | 'none' };

/** The services that sagas call, by the name that their contracts give. */
export type Services = Readonly<Record<string, ServiceOptions>>;
