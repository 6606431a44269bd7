import { freePort } from '../../scripts/ports.mjs';
import { describeTransport } from './transport.contract.js';

/** Each service listens on a port of its own. */
const free = await Promise.all(Array.from({ length: 8 }, freePort));
const ports = new Map<string, number>();

describeTransport({
  transport: 'GRPC',
  unhandled: 'NO_HANDLER',
  onlySafely: true,
  options(service) {
    if (!ports.has(service)) ports.set(service, free.pop()!);
    return { url: `127.0.0.1:${ports.get(service)}` };
  },
});
