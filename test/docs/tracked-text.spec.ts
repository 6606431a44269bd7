import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, ROOT } from './markdown.js';

const TEXT = /\.(ts|mts|mjs|js|json|md|sql|sh|ya?ml|npmrc|editorconfig|gitignore|prettierignore)$|\/run$|^LICENSE$/;
/** Put together here, so that this file does not hold what it looks for. */
const MACHINE_PATH = new RegExp(`(?<![\\w.:/-])/(${['home', 'Users', 'root', 'work', 'mnt'].join('|')})/[\\w.-]+`);
const REGISTRY = new RegExp(['registry\\.(npmjs|yarnpkg)', 'npmmirror', 'artifactory', 'verdaccio'].join('|'), 'i');

describe('the text of the repository', () => {
  const lines = filesBelow('.')
    .filter((file) => TEXT.test(file))
    .flatMap((file) =>
      readFileSync(path.join(ROOT, file), 'utf8')
        .split('\n')
        .map((text, i) => ({ place: `${file}:${i + 1}`, text })),
    );
  const placesOf = (pattern: RegExp): string[] =>
    lines.filter(({ text }) => pattern.test(text)).map(({ place }) => place);

  it('names no path of somebody’s machine', () => {
    expect(placesOf(MACHINE_PATH)).toEqual([]);
  });

  it('names no host of a package registry', () => {
    expect(placesOf(REGISTRY).filter((place) => !place.startsWith('test/docs/tracked-text.spec.ts'))).toEqual([]);
  });
});
