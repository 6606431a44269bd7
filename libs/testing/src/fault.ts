/**
 * What can happen to a saga beside its own errors.
 * - `crash`: the process dies and starts again
 * - `lost request`: an attempt never reaches the step; it is tried again
 * - `lost answer`: the step does its work, nobody hears of it, and it is tried again
 * - `repeated request`: the step gets the same request twice, with the same key
 * - `late answer`: the answer comes after everything else that could happen, the scenario's next message included
 * - `repeated signal`: a signal of the scenario is sent twice
 * - `swapped signals`: a signal comes after the one that was sent after it
 * - `repeated message`: what an instance was told (a signal, an update, a cancellation, word of a child) comes again under the same id when it
 *   has been taken in
 * - `late message`: word of a child to its parent how it ended, or of the parent that the child is undone, comes after everything else that
 *   could happen, the scenario's next message included
 * - `no answer`: the step does its work at every attempt, and no answer ever comes: the saga ends as ever, or nothing of it is left
 */
export type Fault =
  | 'crash'
  | 'lost request'
  | 'lost answer'
  | 'repeated request'
  | 'late answer'
  | 'repeated signal'
  | 'swapped signals'
  | 'repeated message'
  | 'late message'
  | 'no answer';

export const FAULTS: readonly Fault[] = [
  'crash',
  'lost request',
  'lost answer',
  'repeated request',
  'late answer',
  'repeated signal',
  'swapped signals',
  'repeated message',
  'late message',
  'no answer',
];

/** What a caller sees of a request or an answer that is lost: an error like any other of the network. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}
