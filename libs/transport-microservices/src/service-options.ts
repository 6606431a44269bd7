import type { ClientOptions, GrpcOptions, Transport } from '@nestjs/microservices';
import type { CueEvent } from 'reprise/contracts';

/** A participant that `listenAs` on gRPC: there is no `.proto`. */
export interface ParticipantGrpcOptions {
  readonly transport: Transport.GRPC;
  readonly options?: Partial<Pick<GrpcOptions['options'], 'url' | 'credentials' | 'channelOptions'>>;
}

/** How to reach one service: what `ClientsModule` takes, and how the request travels. */
export type ServiceOptions = (ClientOptions | ParticipantGrpcOptions) & {
  /**
   * - `embedded` (default): the input with one more property, `$saga` (instance, step, attempt, idempotency key, deadline)
   * - `none`: the bare input as plain JSON, for a service that refuses properties it does not know. It cannot tell a repeated
   *   delivery from a new one then, so its operations have to be idempotent by themselves.
   */
  readonly envelope?: 'embedded' | 'none';
  /** The events that the service hears: each is sent to its `@On` handlers until they have acknowledged it. */
  readonly on?: readonly CueEvent[];
  /** Goes before each pattern, as in `staging.inventory.reserve`: several systems can share a broker. As given to `listenAs`. */
  readonly namespace?: string;
  /**
   * Keys that this process shares with the participant, of 32 characters or more: the first signs, every one is accepted. Requests are
   * signed then, and only signed answers are believed.
   */
  readonly sharedKeys?: readonly string[];
};

/** The services that sagas call, by the name that their contracts give. */
export type Services = Readonly<Record<string, ServiceOptions>>;
