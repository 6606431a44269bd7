import type { IncomingEvent, Message, SagaDefinition, SagaState } from 'reprise/core';

/** What a message means to an instance: nothing, if it has no use for it (any more). */
export function messageEvents(message: Message, state: SagaState, definition: SagaDefinition): IncomingEvent[] {
  switch (message.kind) {
    case 'signal':
      if (!definition.signals.has(message.name) || state.signals.has(message.id)) return [];
      return [{ type: 'SignalReceived', message: message.id, name: message.name, input: message.input }];
    case 'cancel':
      if (state.cancelRequested || state.phase !== 'running') return [];
      return [{ type: 'CancelRequested', ...(message.name ? { reason: message.name } : {}) }];
    case 'result':
      // It is about a step, not for the code: see OpenWork.
      return [];
    case 'resume':
      return state.incident ? [{ type: 'IncidentResolved', by: message.name }] : [];
  }
}
