import type { Turn } from 'reprise/core';
import type { EngineLog } from './engine-log.js';

/** From when on a history is called long. */
export interface HistoryWarning {
  /** Events. Default 10,000. `Infinity`: never. */
  readonly events?: number;
  /** Characters of JSON, about. Default 10,000,000. `Infinity`: never. */
  readonly characters?: number;
}

/** Warns when a history gets long, and each time it has doubled (law I2): whoever takes the instance up has to read all of it. */
export class HistoryGauge {
  private events = 0;
  private characters = 0;

  /** @param limits when to warn next */
  constructor(
    private readonly log: EngineLog,
    private readonly names: () => { readonly saga: string; readonly id: string },
    private limits: Required<HistoryWarning>,
  ) {}

  add(turns: readonly Turn[]): void {
    for (const { events } of turns) {
      this.events += events.length;
      this.characters += size(events);
    }
    const { events, characters, limits } = this;
    if (events < limits.events && characters < limits.characters) return;
    this.limits = {
      events: Math.max(events, limits.events) * 2,
      characters: Math.max(characters, limits.characters) * 2,
    };
    this.log.warn(
      'A history is long: whoever takes the instance up reads all of it. Cut it with saga.continueAsNew().',
      {
        ...this.names(),
        events,
        characters,
      },
    );
  }
}

/** How many characters of JSON it takes, about: escapes are not counted. */
function size(value: unknown): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 6;
  let sum = 2;
  if (Array.isArray(value)) for (const element of value) sum += size(element);
  else for (const key in value) sum += key.length + 4 + size((value as Record<string, unknown>)[key]);
  return sum;
}
