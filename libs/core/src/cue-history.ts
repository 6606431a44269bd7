import type { Json } from './json.js';

/** The code published an event (law M6): it leaves with the turn, and is awaited by nobody here. */
export interface EventEmitted {
  readonly type: 'EventEmitted';
  readonly call: number;
  readonly event: string;
  readonly payload: Json;
  /** Cues of one key reach each subscriber in order; absent: the id of the instance. */
  readonly key?: string;
}
/** `saga.waitFor(...)`: the code waits for a cue. */
export interface CueAwaited {
  readonly type: 'CueAwaited';
  readonly call: number;
  readonly event: string;
  /** The fields that its payload has to have, encoded: an object. */
  readonly where: Json;
  readonly dueAt?: number;
}
/** A cue came that the code waits for. */
export interface CueReceived {
  readonly type: 'CueReceived';
  /** The call that waits. */
  readonly call: number;
  /** The id of the cue. */
  readonly cue: string;
  readonly event: string;
  readonly payload: Json;
  /** The flow that it belongs to. */
  readonly flow: string;
}
