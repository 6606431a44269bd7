import path from 'node:path';
import ts from 'typescript';

const ROOT = path.join(import.meta.dirname, '../..');

/** Where the published declarations say `any` on purpose: as the bounds of generics, which a caller's own type stands in for. */
const BOUNDS = ['SagaClass', 'AnyMethod', 'AsyncMethod', 'RunnableSaga'].map(
  (bound) => `decorators/src/saga-class.d.ts: ${bound}`,
);
const ON_PURPOSE = [...BOUNDS, 'decorators/src/saga.decorator.d.ts: Saga'];

describe('the published declarations', () => {
  it('let no any out, written or inferred', () => {
    const found = [...declarations()].flatMap(([file, text]) => anyIn(file, text));
    expect([...new Set(found)].sort()).toEqual(ON_PURPOSE.sort());
  });
});

/** What the package's declarations will be, by file within `libs`. */
function declarations(): Map<string, string> {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.package.json'), ts.sys.readFile) as { config: object };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const emitted = new Map<string, string>();
  const program = ts.createProgram(fileNames, { ...options, emitDeclarationOnly: true });
  program.emit(undefined, (file, text) => {
    if (file.endsWith('.d.ts')) emitted.set(path.relative(path.join(ROOT, 'dist/package/esm'), file), text);
  });
  expect(emitted.size).toBeGreaterThan(100);
  return emitted;
}

/** The names of what says `any`, one for each time. */
function anyIn(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node, owner: string): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file}: ${owner}`);
    const named = ts.isSourceFile(node.parent ?? node) && 'name' in node ? (node.name as ts.Node).getText() : owner;
    node.forEachChild((child) => visit(child, named));
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), '');
  return found;
}
