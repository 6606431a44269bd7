import type { CustomTransportStrategy, MessageHandler, WritePacket } from '@nestjs/microservices';
import type { Observable, Subscription } from 'rxjs';

/** What a server is made of: the name of the service, and the options as the user wrote them. */
export interface Ingredients {
  readonly service: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Sends one packet of an answer. */
export type Respond = (packet: WritePacket) => Promise<unknown> | void;

/** What is used of Nest's `Server`, whose own type differs from one transport to the next. */
export interface ParticipantServer extends CustomTransportStrategy {
  send(answers: Observable<unknown>, respond: Respond): Subscription;
  addHandler(pattern: unknown, ...rest: [handler: MessageHandler, isEventHandler?: boolean, extras?: object]): void;
}

/** Makes one of Nest's servers with defaults that are safe for a participant. */
export type ServerRecipe = (ingredients: Ingredients) => ParticipantServer;
