import { Logger } from '@nestjs/common';
import { TRANSPORT_CAPABILITIES } from 'reprise/contracts';
import type { ParticipantServer } from './servers/server-recipe.js';

/** Makes a server say at its start what several replicas of the service would mean, where that is a matter of the inbox. */
export function announceReplicas(service: string, transport: string, server: ParticipantServer): ParticipantServer {
  const capabilities = TRANSPORT_CAPABILITIES[transport];
  if (capabilities?.replicas !== 'each') return server;
  const listen = server.listen.bind(server);
  server.listen = (callback) => {
    new Logger('listenAs').log(
      `Every replica of "${service}" hears every command on ${capabilities.name}. Methods with @Handles and an inbox run it once; ` +
        'all others run it on each replica.',
    );
    return listen(callback) as unknown;
  };
  return server;
}
