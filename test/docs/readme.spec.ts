import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sagaProblems } from 'reprise/decorators';
import { exists, filesBelow, Page, ROOT } from './markdown.js';
import { PlaceOrderSaga } from './readme/place-order.saga.js';

const readme = new Page('README.md');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe('the README', () => {
  it('shows the files of test/docs/readme, letter by letter, and its unit test is among them', () => {
    const shown = readme.blocksOf('ts').map(({ text }) => /^\/\/ ([\w.-]+)/.exec(text)?.[1]);
    expect(shown).toContain('place-order.saga.spec.ts');
    for (const { text } of readme.blocksOf('ts')) {
      const file = `test/docs/readme/${/^\/\/ ([\w.-]+)/.exec(text)?.[1]}`;
      expect(filesBelow('test/docs/readme')).toContain(file);
      expect(`${text}\n`).toBe(read(file));
    }
  });

  it('shows a saga without a mistake', () => {
    expect(sagaProblems(PlaceOrderSaga)).toEqual([]);
  });

  it('names commands that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.text.matchAll(/npm (?:run )?(start|test|bench|build|check)\b/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  const guarantees = readme.tableRows.filter((cells) => /^`.*` in \[/.test(cells[1] ?? ''));

  it('has guarantees', () => {
    expect(guarantees.length).toBeGreaterThan(8);
  });

  it.each(guarantees)('guarantees by a test: %s', (_sentence, proof) => {
    const [, title, file] = /^`(.*)` in \[.*\]\((.*)\)$/.exec(proof!) ?? [];
    expect(exists(file!)).toBe(true);
    expect(titlesOf(read(file!))).toContain(title);
  });
});

/** The names of the tests in a file, as they stand in its source. */
function titlesOf(source: string): string[] {
  return [...source.matchAll(/\bit(?:\.each\([^)]*\))?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)].map((match) => match[2]!);
}
