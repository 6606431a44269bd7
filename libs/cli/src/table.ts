import { printable } from './printable.js';
import type { Style } from './style.js';

/** What stands in one field of a table, and how it is painted. */
export type Cell = string | number | { readonly text: string; readonly style: Style };

interface TableLook {
  /** Characters of a line; undefined: as many as it takes. */
  readonly width: number | undefined;
  paint(style: Style, text: string): string;
}

const GAP = '  ';

/** The lines of a table: columns as wide as their widest cell, numbers to the right. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[], look: TableLook): string[] {
  const texts = [heads, ...rows].map((row) => row.map(textOf));
  const widths = heads.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const line = (row: readonly Cell[], style?: Style): string => {
    let left = look.width ?? Infinity;
    const cells = row.map((cell, column) => {
      const last = column === row.length - 1;
      const text = textOf(cell);
      const padded =
        typeof cell === 'number' ? text.padStart(widths[column]!) : last ? text : text.padEnd(widths[column]!);
      const cut = padded.length > left ? padded.slice(0, Math.max(0, left)) : padded;
      left -= cut.length + GAP.length;
      const painted = typeof cell === 'object' ? cell.style : style;
      return painted ? look.paint(painted, cut) : cut;
    });
    return cells.join(GAP).trimEnd();
  };
  return [line(heads, 'bold'), ...rows.map((row) => line(row))];
}

function textOf(cell: Cell): string {
  return printable(String(typeof cell === 'object' ? cell.text : cell));
}
