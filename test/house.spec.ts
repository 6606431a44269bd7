import { fileURLToPath } from 'node:url';
import { houseProblems, readHouse } from '../scripts/house-rules.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

function problemsOf(sources: Record<string, string>): string[] {
  return houseProblems({ files: new Map(Object.entries(sources)), visible: { contracts: ['core'], core: [] } });
}

describe('the rules of the house', () => {
  it('are kept by every lib and app', () => {
    expect(houseProblems(readHouse(ROOT))).toEqual([]);
  });

  it('let a lib see what its tsconfig lists, and nothing else', () => {
    expect(problemsOf({ 'libs/contracts/src/a.ts': `import { x } from 'reprise/core';` })).toEqual([]);
    expect(problemsOf({ 'libs/core/src/a.ts': `import { x } from 'reprise/contracts';` })).toHaveLength(1);
    expect(problemsOf({ 'libs/core/src/a.ts': `import { x } from 'node:fs';` })).toHaveLength(1);
    expect(problemsOf({ 'libs/contracts/src/a.ts': `import { x } from '../../core/src/b.js';` })).toHaveLength(1);
  });

  it('leave nest to the apps and testing to the specs', () => {
    expect(problemsOf({ 'libs/contracts/src/a.ts': `import { Saga } from 'reprise';` })).toHaveLength(1);
    expect(problemsOf({ 'apps/shop/src/a.ts': `import { Saga } from 'reprise';` })).toEqual([]);
    expect(problemsOf({ 'apps/shop/src/a.ts': `import { testSaga } from 'reprise/testing';` })).toHaveLength(1);
    expect(problemsOf({ 'apps/shop/src/a.spec.ts': `import { testSaga } from 'reprise/testing';` })).toEqual([]);
  });

  it('find a circle of imports, also of types', () => {
    const problems = problemsOf({
      'libs/core/src/a.ts': `import { b } from './b.js';`,
      'libs/core/src/b.ts': `import type { A } from './a.js';`,
    });
    expect(problems).toEqual([expect.stringContaining('libs/core/src/a.ts → libs/core/src/b.ts → libs/core/src/a.ts')]);
  });

  it('count what can be counted of the style', () => {
    expect(problemsOf({ 'libs/core/src/utils.ts': '' })).toHaveLength(1);
    expect(problemsOf({ 'libs/core/src/index.ts': `export * from './a.js';` })).toHaveLength(1);
    expect(problemsOf({ 'libs/core/src/long.ts': '\n'.repeat(251) })).toHaveLength(1);
  });
});
