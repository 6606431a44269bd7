import type { Writable } from 'node:stream';
import { STYLES, type Style } from './style.js';
import { table, type Cell } from './table.js';

/** Where output goes; `isTTY` and `columns` are there on a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Answers go to `out`, everything about them to `errors`. */
export class Terminal {
  private readonly colours: boolean;
  private progressShown = false;

  constructor(
    private readonly out: Output,
    private readonly errors: Output,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.colours = out.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  }

  paint(style: Style, text: string): string {
    const [begin, end] = STYLES[style];
    return this.colours ? `\u001B[${begin}m${text}\u001B[${end}m` : text;
  }

  /** Writes a line, and waits when the reader is slower. */
  async print(line: string): Promise<void> {
    await write(this.out, `${line}\n`);
  }

  async printJson(value: unknown): Promise<void> {
    await this.print(JSON.stringify(value, asJson, 2));
  }

  /** A table, cut to the width of the terminal if there is one. */
  async printTable(heads: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    const width = this.out.isTTY ? this.out.columns : undefined;
    for (const line of table(heads, rows, { width, paint: (style, text) => this.paint(style, text) }))
      await this.print(line);
  }

  /** A remark beside the answer. */
  note(line: string): void {
    this.endProgress();
    this.errors.write(`${line}\n`);
  }

  /** How far it is: one line that is written over. Nothing where nobody looks. */
  progress(line: string): void {
    if (!this.errors.isTTY) return;
    this.errors.write(`\r\u001B[K${line}`);
    this.progressShown = true;
  }

  endProgress(): void {
    if (this.progressShown) this.errors.write('\r\u001B[K');
    this.progressShown = false;
  }

  /** When everything is with the system. */
  async flushed(): Promise<void> {
    await Promise.all([write(this.out, ''), write(this.errors, '')]);
  }
}

function write(output: Output, text: string): Promise<void> {
  // A reader that is gone is told to the signal of the command, not here.
  return new Promise((resolve) => void output.write(text, () => resolve()));
}

/** What JSON has no form for, in the nearest one that it has. */
function asJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value];
  return value instanceof Set ? [...value] : value;
}
