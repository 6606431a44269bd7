import type { TimeCall } from './call-state.js';
import type { CueAwaited, EventEmitted } from './cue-history.js';
import type { TimerStarted, WaitStarted } from './event.js';

/** What a decision that is no step makes of its call. */
export function timeCall(event: TimerStarted | WaitStarted | CueAwaited | EventEmitted): TimeCall {
  const { call } = event;
  switch (event.type) {
    case 'TimerStarted':
      return { kind: 'timer', call, dueAt: event.dueAt, open: true };
    case 'WaitStarted':
      return { kind: 'wait', call, dueAt: event.dueAt, open: true };
    case 'CueAwaited':
      return { kind: 'wait', call, dueAt: event.dueAt, open: true, awaits: { event: event.event, where: event.where } };
    case 'EventEmitted':
      return { kind: 'emission', call, dueAt: undefined, open: false };
  }
}
