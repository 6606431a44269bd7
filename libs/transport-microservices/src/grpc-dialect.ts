import { GrpcConnection } from './grpc-connection.js';
import { brokerProblem } from './network-failure.js';
import type { ServiceDialect } from './service-dialect.js';

/** gRPC: HTTP/2 to a service, no broker. With a `.proto` of its own, or through the one method that `listenAs` offers. */
export const grpcDialect: ServiceDialect = {
  name: 'gRPC',
  packages: ['@grpc/grpc-js'],
  check: ({ url, protoPath, package: packages }) => [
    ...(url === undefined || (typeof url === 'string' && url !== '') ? [] : ['`options.url` is not `host:port`.']),
    ...((protoPath === undefined) === (packages === undefined)
      ? []
      : [
          '`options.protoPath` and `options.package` go together: both for a service with a `.proto` of its own, else none.',
        ]),
  ],
  warnings: () => [],
  open: (reach) => new GrpcConnection(reach),
  problem: brokerProblem,
};
