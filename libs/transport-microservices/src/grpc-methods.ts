import { PARTICIPANT_RPC } from 'reprise/contracts';
import { driver } from './driver.js';
import type { GrpcMethod } from './grpc-client.js';
import { DeliveryFailure } from './delivery-failure.js';
import type { ConnectionOptions } from './service-dialect.js';

/** How one operation is called. */
export interface GrpcOperation {
  readonly method: GrpcMethod;
  /** What is sent for a payload. */
  request(payload: unknown): unknown;
}

/** Finds the method of an operation. */
export type FindOperation = (pattern: string) => GrpcOperation;

/** Every operation through the one method of participants that `listenAs`. */
export const participantOperation: FindOperation = (pattern) => ({
  method: {
    path: PARTICIPANT_RPC,
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
    responseDeserialize: (bytes) => JSON.parse(String(bytes)) as unknown,
  },
  request: (data) => ({ pattern, data }),
});

interface ProtoLoader {
  load(file: unknown, options: object): Promise<Readonly<Record<string, unknown>>>;
}

/**
 * The operations of a service with a `.proto` of its own: the unary methods of its package, by their names without regard to case. What is
 * no field of its messages does not travel.
 */
export async function protoOperations({
  protoPath,
  package: packages,
  loader,
}: ConnectionOptions): Promise<FindOperation> {
  const { load } = await driver<ProtoLoader>('@grpc/proto-loader');
  const definition = await load(protoPath, {
    longs: String,
    enums: String,
    defaults: true,
    ...(loader as object | undefined),
  });
  const inside = [packages].flat().map((one) => `${String(one)}.`);
  const methods = Object.entries(definition)
    .filter(([service]) => inside.some((prefix) => service.startsWith(prefix)))
    .flatMap(([, service]) => Object.entries(service as Record<string, GrpcMethod>))
    .filter(([, { path, requestStream, responseStream }]) => path && !requestStream && !responseStream);
  const byName = new Map(methods.map(([method, described]) => [method.toLowerCase(), described]));
  return (pattern) => {
    const method = byName.get(pattern.slice(pattern.lastIndexOf('.') + 1).toLowerCase());
    if (method === undefined) throw new DeliveryFailure('NO_HANDLER', 'the .proto has no such method');
    return { method, request: (payload) => payload };
  };
}
