// What Nest itself does for a request and its answer: no history, no key, no inbox. Over gRPC, where Nest has no `send`, a unary call.
import grpc from '@grpc/grpc-js';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';

/** Answers `{ send, close }`. */
export async function bareClient(transport, service, pattern, options) {
  if (transport === 'GRPC') return grpcClient(options.url, pattern);
  const own = { RMQ: { queue: service, queueOptions: { durable: true } } }[transport];
  const client = ClientProxyFactory.create({ transport: Transport[transport], options: { ...options, ...own } });
  client.subscribeToResponseOf?.(pattern);
  await client.connect();
  return {
    send: (data) => firstValueFrom(client.send(pattern, data)),
    close: () => client.close(),
  };
}

function grpcClient(url, pattern) {
  const client = new grpc.Client(url, grpc.credentials.createInsecure());
  const write = (value) => Buffer.from(JSON.stringify(value));
  const read = (bytes) => JSON.parse(bytes.toString());
  return {
    send: (data) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest('/reprise.Participant/Perform', write, read, { pattern, data }, (error, answer) =>
          error ? reject(error) : resolve(answer.response),
        );
      }),
    close: () => client.close(),
  };
}
