export type { Handlers } from 'reprise/contracts';
export type { HandlerStep } from './handler-step.js';
export { Handles, type HandlesOptions } from './handles.decorator.js';
export type { HandledEvent } from 'reprise/contracts';
export { On } from './on.decorator.js';
export { inboxMigrations, type InboxMigration } from './inbox-migrations.js';
export { listenAs, type ListenOptions } from './listen-as.js';
export {
  PARTICIPANT_OPTIONS,
  type InboxOptions,
  type ParticipantAsyncOptions,
  type ParticipantOptions,
} from './participant-options.js';
export { RefusedRequests } from './refused-requests.js';
export type { RefusedCount } from 'reprise/core';
export { ParticipantModule } from './participant.module.js';
