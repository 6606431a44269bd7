import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EXIT_CODES } from 'reprise/cli';
import { Page, ROOT } from '../docs/markdown.js';
import { reprise } from './run-cli.js';
import { Seeded } from './seeded.js';

const APP = path.join(ROOT, 'test/cli/order.saga.ts#OrderModule');

/** What differs from run to run, and the width of columns, does not count. */
function shapeOf(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '<run>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/~[\w-]{10}/g, '~text')
    .replace(/schema store_\w+/, 'schema reprise')
    .replace(/^next due.*$/m, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The words of a command, as a shell takes them. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((found) => found[1] ?? found[2] ?? found[3]!);
}

/** A path with a star, as a shell finds it. */
function expanded(word: string, folder: string): string {
  if (!word.includes('*')) return word;
  const [begin, end] = path.basename(word).split('*') as [string, string];
  const place = path.dirname(word);
  const name = readdirSync(path.join(folder, place)).find((file) => file.startsWith(begin) && file.endsWith(end));
  return path.join(place, name!);
}

describe('docs/command-line.md', () => {
  const page = new Page('docs/command-line.md');
  const seeded = new Seeded();
  let folder: string;
  beforeAll(async () => {
    await seeded.open();
    folder = await mkdtemp(path.join(os.tmpdir(), 'reprise-page-'));
  });
  afterAll(async () => {
    await seeded.close();
    await rm(folder, { recursive: true });
  });

  it('shows what its commands answer, one after the other', async () => {
    const examples = page.blocksOf('console').flatMap(({ text }) => text.split(/^(?=\$ )/m));
    expect(examples.length).toBeGreaterThan(15);
    for (const example of examples) {
      const [line, ...answer] = example.split('\n');
      const command = line!.replace(/^\$ npx reprise /, '');
      const args = wordsOf(command).map((word) =>
        word === 'dist/app.module.js#AppModule' ? APP : expanded(word, folder),
      );
      const database = /^(replay-check|test-from|diagram --app|--help)/.test(command) ? [] : seeded.database;
      const { out, err } = await reprise([...args, ...database], { folder });
      expect({ command, answer: shapeOf(out + err) }).toEqual({ command, answer: shapeOf(answer.join('\n')) });
    }
  });

  it('has the exit codes', () => {
    const rows = page.tableRows.filter(([code]) => /^\d+$/.test(code!)).map(([code, says]) => [Number(code), says]);
    expect(rows).toEqual(EXIT_CODES.map(([code, says]) => [code, says]));
  });
});
