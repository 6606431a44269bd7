import type { Socket } from 'node:net';
import { ClientTCP } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { framingProblem } from 'reprise/contracts';
import { networkProblem } from './network-failure.js';
import type { ServiceConnection, ServiceDialect } from './service-dialect.js';

/** Nest over plain TCP or TLS: one socket per service, answers in any order, no broker. */
export const tcpDialect: ServiceDialect = {
  name: 'TCP',
  packages: [],
  check({ port, host }) {
    const mistakes: string[] = [];
    if (port !== undefined && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536)) {
      mistakes.push(`\`options.port\` is ${JSON.stringify(port)}, which is not a port from 1 to 65535.`);
    }
    if (host !== undefined && (typeof host !== 'string' || !host)) mistakes.push('`options.host` is not a host name.');
    return mistakes;
  },
  warnings: () => [],
  open: ({ options, refused }) => new TcpConnection(new SilentClientTcp(options, refused)),
  problem: networkProblem,
};

class TcpConnection implements ServiceConnection {
  constructor(private readonly client: SilentClientTcp) {}

  send(pattern: string, payload: unknown): Observable<unknown> {
    return this.client.send(pattern, payload);
  }

  close(): Promise<void> {
    const socket = this.client.openSocket();
    this.client.close();
    // Nest only ends its half: a frozen service would keep the socket, and with it this process, for ever. What waits for a
    // connection that is not up yet would never hear of the end.
    if (socket?.connecting) socket.destroy(new Error('Connection closed'));
    else socket?.destroySoon();
    return Promise.resolve();
  }
}

/** Nest's client logs what it could not read, payloads included. Every such failure also reaches the request it belongs to. */
class SilentClientTcp extends ClientTCP {
  constructor(
    options: object,
    private readonly refused: (code: string) => void,
  ) {
    super(options);
  }

  override handleError(failure: unknown): void {
    const problem = framingProblem(failure);
    if (problem !== undefined) this.refused(problem === 'unreadable' ? 'BAD_REPLY' : 'PAYLOAD_TOO_LARGE');
  }

  /** Nest keeps a failed attempt until the socket has closed, and fails with it whatever is sent meanwhile. */
  override connect(): Promise<unknown> {
    const attempt = super.connect();
    attempt.catch(() => {
      if (this.connectionPromise !== attempt) return;
      this.connectionPromise = null;
      this.socket = null;
    });
    return attempt;
  }

  openSocket(): Socket | undefined {
    return this.socket?.netSocket as Socket | undefined;
  }
}
