import type { Socket } from 'node:net';
import { ServerTCP } from '@nestjs/microservices';
import { framingProblem } from 'reprise/contracts';
import { unreadablePackets } from '../unreadable-packets.js';
import type { ServerRecipe } from './server-recipe.js';

/** As Nest makes it: there is no broker that could be away. */
export const tcpServer: ServerRecipe = ({ options }) => new CountingServerTcp(options);

class CountingServerTcp extends ServerTCP {
  /** Nest closes a connection that brings what is no packet, and says no more than that. */
  override bindHandler(socket: Socket): void {
    super.bindHandler(socket);
    socket.on('error', (failure: unknown) => {
      const problem = framingProblem(failure);
      if (problem === undefined) return;
      unreadablePackets.note(problem === 'unreadable' ? 'BAD_REQUEST_ENVELOPE' : 'PAYLOAD_TOO_LARGE', 'TCP');
    });
  }
}
