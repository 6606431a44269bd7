import type { HistoryEvent } from './event.js';

/** The cues that an instance has had: the one that started it and those it waited for (law M6). */
export class HeardCues {
  private readonly ids = new Set<string>();
  private last: { readonly id: string; readonly flow: string } | undefined;

  note(event: HistoryEvent): void {
    if (event.type === 'SagaStarted' && event.cue) this.add(event.cue);
    if (event.type === 'CueReceived') this.add({ id: event.cue, flow: event.flow });
  }

  has(cue: string): boolean {
    return this.ids.has(cue);
  }

  all(): string[] {
    return [...this.ids];
  }

  /** The newest: what is emitted after it is taken to be caused by it. */
  get latest(): { readonly id: string; readonly flow: string } | undefined {
    return this.last;
  }

  private add(cue: { readonly id: string; readonly flow: string }): void {
    this.ids.add(cue.id);
    this.last = cue;
  }
}
