import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of code. */
export interface Block {
  /** What stands after the fence: `ts`, `sql`, `sh` … */
  readonly info: string;
  readonly text: string;
  /** The line of its first line, 0 for the first of the file. */
  readonly line: number;
}

/** A page of the documentation, by its path from the root. */
export class Page {
  readonly text: string;
  readonly lines: readonly string[];

  constructor(readonly file: string) {
    this.text = readFileSync(path.join(ROOT, file), 'utf8');
    this.lines = this.text.split('\n');
  }

  get blocks(): Block[] {
    const blocks: Block[] = [];
    let open: { info: string; line: number } | undefined;
    this.lines.forEach((text, line) => {
      const fence = /^```(.*)$/.exec(text);
      if (!fence) return;
      if (open) blocks.push({ ...open, text: this.lines.slice(open.line, line).join('\n') });
      open = open ? undefined : { info: fence[1]!.trim(), line: line + 1 };
    });
    if (open) throw new Error(`${this.file}:${open.line}: this block of code does not end.`);
    return blocks;
  }

  blocksOf(language: string): Block[] {
    return this.blocks.filter(({ info }) => info.split(' ')[0] === language);
  }

  /** The page without its blocks of code, line by line. */
  get prose(): string[] {
    const code = new Set(this.blocks.flatMap(({ line, text }) => text.split('\n').map((_, i) => line + i)));
    return this.lines.map((text, line) => (code.has(line) ? '' : text));
  }

  /** The rows of its tables, cell by cell, headings and rulers left out. */
  get tableRows(): string[][] {
    return this.prose
      .filter((text, line, all) => text.startsWith('|') && !isRuler(text) && !isRuler(all[line + 1] ?? ''))
      .map((text) =>
        text
          .replace(/\\\|/g, '\u0000')
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.replaceAll('\u0000', '|').trim()),
      );
  }

  /** Its headings as GitHub makes anchors of them. */
  get anchors(): string[] {
    return this.prose.flatMap((text) => {
      const heading = /^#+ (.*)$/.exec(text)?.[1];
      if (heading === undefined) return [];
      const plain = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
      return [plain.replaceAll(' ', '-')];
    });
  }

  get links(): string[] {
    return [...this.prose.join('\n').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  }
}

function isRuler(text: string): boolean {
  return /^\|[\s:|-]+\|$/.test(text);
}

/** Every page: those at the root and those below `docs`. */
export function pages(): Page[] {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const below = filesBelow('docs').filter((name) => name.endsWith('.md'));
  return [...atRoot, ...below].map((file) => new Page(file));
}

const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', '.git', '.reprise']);

/** The files below a folder, by their path from the root; what is built or installed is left out. */
export function filesBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const place = path.posix.join(folder, entry.name);
    if (!entry.isDirectory()) return entry.isFile() ? [place] : [];
    return LEFT_OUT.has(entry.name) ? [] : filesBelow(place);
  });
}

export function exists(place: string): boolean {
  return existsSync(path.join(ROOT, place));
}
