import { BaseRpcContext, Server, Transport, type WritePacket } from '@nestjs/microservices';
import { PARTICIPANT_RPC } from 'reprise/contracts';
import { unreadablePackets } from '../unreadable-packets.js';
import { driver } from './driver.js';
import type { ServerRecipe } from './server-recipe.js';

/** So long a shutdown waits for answers to leave, in milliseconds. */
const GOODBYE = 2_000;
const UNIMPLEMENTED = 12;
const MESSAGE_LIMIT = 16_777_216;

/** All operations through one method, so that participants need no `.proto`. */
export const grpcServer: ServerRecipe = ({ options }) => new ParticipantServerGrpc(options);

/** What is used of `@grpc/grpc-js`. */
interface GrpcServer {
  addService(definition: object, implementation: object): void;
  bindAsync(url: string, credentials: unknown, bound: (error: Error | null) => void): void;
  tryShutdown(done: () => void): void;
  forceShutdown(): void;
}
interface GrpcPackage {
  readonly Server: new (options: object) => GrpcServer;
  readonly ServerCredentials: { createInsecure(): unknown };
}
interface Call {
  readonly request: { readonly pattern?: unknown; readonly data?: unknown } | null;
  readonly metadata: unknown;
}
type Done = (failure: { code: number; details: string } | null, answer?: string) => void;

/** The context of a handler: `getArgs()` has the metadata and the call. */
export class GrpcContext extends BaseRpcContext<[metadata: unknown, call: unknown]> {}

class ParticipantServerGrpc extends Server {
  override readonly transportId = Transport.GRPC;
  private server: GrpcServer | undefined;

  constructor(private readonly options: Readonly<Record<string, unknown>>) {
    super();
    this.initializeSerializer(options as never);
    this.initializeDeserializer(options as never);
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const { Server: GrpcServer, ServerCredentials } = await driver<GrpcPackage>('@grpc/grpc-js');
      const { url = 'localhost:5000', credentials, channelOptions } = this.options;
      const server = new GrpcServer({
        'grpc.max_receive_message_length': MESSAGE_LIMIT,
        ...(channelOptions as object),
      });
      server.addService({ Perform: PERFORM }, { Perform: (call: Call, done: Done) => this.perform(call, done) });
      await new Promise<void>((resolve, reject) => {
        server.bindAsync(url as string, credentials ?? ServerCredentials.createInsecure(), (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
      this.server = server;
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      const impatient = setTimeout(() => {
        server.forceShutdown();
        resolve();
      }, GOODBYE);
      server.tryShutdown(() => {
        clearTimeout(impatient);
        resolve();
      });
    });
  }

  override on(): void {
    throw new Error('The gRPC server has no events.');
  }

  override unwrap<T>(): T {
    return this.server as T;
  }

  private perform({ request, metadata, ...call }: Call, done: Done): void {
    const pattern = String(request?.pattern);
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) {
      done({ code: UNIMPLEMENTED, details: `nobody handles ${pattern}` });
      return;
    }
    const context = new GrpcContext([metadata, call]);
    let response: unknown;
    const respond = (packet: WritePacket): void => {
      if (packet.response !== undefined) response = packet.response as unknown;
      if (packet.err !== undefined && packet.err !== null) done(null, JSON.stringify({ err: packet.err as unknown }));
      else if (packet.isDisposed) done(null, JSON.stringify({ response }));
    };
    const produce = async () => this.transformToObservable(await handler(request?.data, context));
    this.handleRequest(context, produce as never, once(respond));
  }
}

/** Nest says that the stream has ended after an error too. */
function once(respond: (packet: WritePacket) => void): (packet: WritePacket) => void {
  let ended = false;
  return (packet) => {
    if (ended) return;
    respond(packet);
    ended = packet.isDisposed === true || (packet.err !== undefined && packet.err !== null);
  };
}

const PERFORM = {
  path: PARTICIPANT_RPC,
  requestStream: false,
  responseStream: false,
  requestSerialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
  requestDeserialize(bytes: Buffer): unknown {
    try {
      return JSON.parse(String(bytes)) as unknown;
    } catch (error) {
      unreadablePackets.note('BAD_REQUEST_ENVELOPE', 'GRPC');
      throw error;
    }
  },
  responseSerialize: (text: string) => Buffer.from(text),
  responseDeserialize: (bytes: Buffer) => JSON.parse(String(bytes)) as unknown,
};
