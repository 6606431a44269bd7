import { driver } from './driver.js';

/** What is used of `@grpc/grpc-js`. */
export interface GrpcCall {
  cancel(): void;
}

export interface GrpcMetadata {
  set(key: string, value: string): void;
  get(key: string): readonly (string | Uint8Array)[];
}

/** How a call failed: a status code of gRPC, what the other side said, and its trailing metadata. */
export interface GrpcFailure extends Error {
  readonly code: number;
  readonly details: string;
  readonly metadata?: GrpcMetadata;
}

export type GrpcDone = (failure: GrpcFailure | null, answer?: unknown) => void;

export interface GrpcClient {
  makeUnaryRequest(
    path: string,
    serialize: (value: unknown) => Buffer,
    deserialize: (bytes: Buffer) => unknown,
    request: unknown,
    metadata: GrpcMetadata,
    options: object,
    done: GrpcDone,
  ): GrpcCall;
  close(): void;
}

/** A method as a package definition describes it. */
export interface GrpcMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: unknown) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

export interface GrpcPackage {
  readonly Client: new (url: string, credentials: unknown, options: object) => GrpcClient;
  readonly Metadata: new () => GrpcMetadata;
  readonly credentials: { createInsecure(): unknown };
}

export const grpcPackage = (): Promise<GrpcPackage> => driver('@grpc/grpc-js');

/** Backs off for a second at most: the default of two minutes would leave a service out that is back. */
export const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': 16_777_216,
};
