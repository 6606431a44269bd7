import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Page, ROOT } from './markdown.js';

const CODE = /^`([A-Z][A-Z_]+)`$/;

describe('docs/errors.md', () => {
  const rows = new Page('docs/errors.md').tableRows.filter(([code]) => CODE.test(code ?? ''));

  it('has exactly the codes of SagaErrorCode, each once', () => {
    const source = readFileSync(path.join(ROOT, 'libs/core/src/saga-error.ts'), 'utf8');
    const type = /export type SagaErrorCode =([^;]*);/.exec(source)![1]!;
    const declared = [...type.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]!);
    const documented = rows.map(([code]) => CODE.exec(code!)![1]!);
    expect(documented.sort()).toEqual(declared.sort());
  });

  it('says of each what happened and what to do', () => {
    for (const [code, happened, advice] of rows) {
      expect({ code, happened }).toEqual({ code, happened: expect.stringMatching(/\w.*\.$/) });
      expect({ code, advice }).toEqual({ code, advice: expect.stringMatching(/\w.*\.$/) });
    }
  });
});
