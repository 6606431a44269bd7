/**
 * The one method that a participant has on gRPC, for all its operations. Messages are JSON: `{ pattern, data }` there, and `{ response }` or
 * `{ err }` back.
 */
export const PARTICIPANT_RPC = '/reprise.Participant/Perform';

/** Trailing metadata by which a gRPC service of its own says which declared error it answers with, and its data as JSON. */
export const DECLARED_ERROR_METADATA = { name: 'reprise-error', data: 'reprise-error-data' } as const;
