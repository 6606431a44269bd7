import { DECLARED_ERROR_METADATA } from 'reprise/contracts';
import { Observable } from 'rxjs';
import { DeliveryFailure } from './delivery-failure.js';
import {
  CHANNEL,
  grpcPackage,
  type GrpcCall,
  type GrpcClient,
  type GrpcFailure,
  type GrpcPackage,
} from './grpc-client.js';
import { participantOperation, protoOperations, type FindOperation } from './grpc-methods.js';
import { traceHeaders } from './trace-headers.js';
import type {
  ConnectionOptions,
  DeliveryTerms,
  DeliveryProblem,
  ServiceConnection,
  ServiceToReach,
} from './service-dialect.js';

/** Codes of gRPC that say something of the way. */
const PROBLEMS: ReadonlyMap<number, DeliveryProblem> = new Map([
  [12, 'NO_HANDLER'],
  [14, 'SERVICE_UNREACHABLE'],
]);
const CANCELLED = 1;
/** The library's words for a message above its limit; a service uses the same code when it is busy. */
const TOO_LARGE = /larger than/i;
const RESOURCE_EXHAUSTED = 8;

/** What a participant's one method answers. */
interface Envelope {
  readonly err?: unknown;
  readonly response?: unknown;
}

interface Link {
  readonly grpc: GrpcPackage;
  readonly client: GrpcClient;
  readonly find: FindOperation;
}

/** Calls over one HTTP/2 connection, which comes back by itself. Its timeouts are those of the transport. */
export class GrpcConnection implements ServiceConnection {
  private readonly calls = new Set<GrpcCall>();
  private link: Promise<Link> | undefined;
  private closed = false;

  constructor(private readonly reach: ServiceToReach) {}

  send(pattern: string, payload: unknown, terms: DeliveryTerms): Observable<unknown> {
    return new Observable((observer) => {
      let call: GrpcCall | undefined;
      let gone = false;
      this.begin(pattern, payload, terms, (failure, answer) => {
        if (call) this.calls.delete(call);
        if (failure) return observer.error(this.meaningOf(failure));
        const { err, response } = this.hasProto ? { err: undefined, response: answer } : (answer as Envelope);
        if (err !== undefined) return observer.error(err);
        observer.next(response);
        observer.complete();
      }).then(
        (begun) => {
          call = begun;
          this.calls.add(begun);
          if (gone) begun.cancel();
        },
        (reason: unknown) => {
          observer.error(
            reason instanceof DeliveryFailure ? reason : new DeliveryFailure('SERVICE_UNREACHABLE', reason),
          );
        },
      );
      return () => {
        gone = true;
        call?.cancel();
      };
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const call of this.calls) call.cancel();
    const link = await this.link?.catch(() => undefined);
    link?.client.close();
  }

  private get hasProto(): boolean {
    return this.reach.options['protoPath'] !== undefined;
  }

  private async begin(
    pattern: string,
    payload: unknown,
    terms: DeliveryTerms,
    done: Parameters<GrpcClient['makeUnaryRequest']>[6],
  ) {
    const link = (this.link ??= this.open());
    const { grpc, client, find } = await link;
    if (this.closed) throw new DeliveryFailure('SERVICE_UNREACHABLE', 'Connection closed');
    const { method, request } = find(pattern);
    const metadata = new grpc.Metadata();
    metadata.set('reprise-key', encodeURIComponent(terms.key));
    metadata.set('reprise-deadline', String(terms.deadline));
    for (const [name, value] of Object.entries(traceHeaders(terms))) metadata.set(name, value);
    const { path, requestSerialize, responseDeserialize } = method;
    return client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request(payload), metadata, {}, done);
  }

  private async open(): Promise<Link> {
    const {
      url = 'localhost:5000',
      credentials,
      channelOptions,
      maxSendMessageLength,
      maxReceiveMessageLength,
    } = this.reach.options as ConnectionOptions & { url?: string; channelOptions?: object };
    const grpc = await grpcPackage();
    const limits = {
      ...(maxSendMessageLength === undefined ? {} : { 'grpc.max_send_message_length': maxSendMessageLength }),
      ...(maxReceiveMessageLength === undefined ? {} : { 'grpc.max_receive_message_length': maxReceiveMessageLength }),
    };
    const find = this.hasProto ? await protoOperations(this.reach.options) : participantOperation;
    const client = new grpc.Client(url, credentials ?? grpc.credentials.createInsecure(), {
      ...CHANNEL,
      ...limits,
      ...channelOptions,
    });
    return { grpc, client, find };
  }

  /** A problem of the way, or what the service said as `failureOf` reads it. */
  private meaningOf({ code, details, metadata }: GrpcFailure): unknown {
    if (code === CANCELLED && this.closed) return new DeliveryFailure('SERVICE_UNREACHABLE', 'Connection closed');
    const tooLarge = code === RESOURCE_EXHAUSTED && TOO_LARGE.test(details);
    const problem = tooLarge ? 'PAYLOAD_TOO_LARGE' : PROBLEMS.get(code);
    if (problem !== undefined) return new DeliveryFailure(problem, details);
    const read = (key: string): string | undefined => metadata?.get(key)[0]?.toString();
    const data = read(DECLARED_ERROR_METADATA.data);
    return {
      name: read(DECLARED_ERROR_METADATA.name) ?? details,
      message: details,
      ...(data === undefined ? {} : { data: parsed(data) }),
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
