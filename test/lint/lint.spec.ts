import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { configs, rules } from 'reprise/eslint-plugin';
import plugin from 'reprise/eslint-plugin';
import { parser } from 'typescript-eslint';
import { Page, ROOT } from '../docs/markdown.js';

/** A flat config as a user has it, and the plugin's rules alone. */
function linter(options: { fix?: boolean } = {}): ESLint {
  const typescript: Linter.Config = { files: ['**/*.ts'], languageOptions: { parser, sourceType: 'module' } };
  const quiet: Linter.Config = { linterOptions: { reportUnusedDisableDirectives: 'off' } };
  return new ESLint({
    cwd: ROOT,
    overrideConfigFile: true,
    overrideConfig: [{ ignores: ['**/dist/**', 'node_modules/**'] }, typescript, quiet, plugin.configs.recommended],
    ...options,
  });
}

/** Complaints about the directives that other rules' users wrote are not the plugin's. */
async function complaints(...patterns: string[]): Promise<string[]> {
  const results = await linter().lintFiles(patterns);
  expect(results.length).toBeGreaterThan(5);
  return results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId?.startsWith('reprise/') || ruleId === null)
      .map(({ line, ruleId, message }) => `${path.relative(ROOT, filePath)}:${line}: ${ruleId} ${message}`),
  );
}

describe('the plugin for ESLint', () => {
  it('raises no false alarm on the shop, the scenarios and the sagas of the documentation', async () => {
    expect(await complaints('apps/**/*.ts', 'test/scenarios/**/*.ts', 'test/docs/{readme,fixtures}/*.ts')).toEqual([]);
  }, 60_000);

  it('finds the clock, the services and the files that the engine’s own messages are shown with', async () => {
    const found = await complaints('test/docs/*.spec.ts');
    expect(found.map((line) => line.replace(/:\d+: (\S+).*/, ' $1'))).toEqual([
      'test/docs/messages.spec.ts reprise/no-injected-services',
      'test/docs/messages.spec.ts reprise/no-outside-io',
    ]);
  }, 60_000);

  it('finds in the shop’s own saga what is put into it', async () => {
    const file = 'apps/shop/src/place-order.saga.ts';
    const sound = readFileSync(path.join(ROOT, file), 'utf8');
    const begin = 'const { total } = await this.price({ orderId, lines });';
    const broken = sound.replace(
      begin,
      `${begin}\n    const at = Date.now();\n    this.charge({ orderId, customerId, amount: at });`,
    );
    const [result] = await linter().lintText(broken, { filePath: path.join(ROOT, file) });
    expect(result!.messages.map(({ ruleId }) => ruleId)).toEqual(['reprise/no-clock', 'reprise/no-floating-steps']);
    const [fixed] = await linter({ fix: true }).lintText(broken, { filePath: path.join(ROOT, file) });
    expect(fixed!.output).toContain('const at = saga.now().getTime();');
  }, 60_000);

  it('has every rule in its recommended config, and a section of the page for each', () => {
    const names = Object.keys(rules);
    expect(Object.keys(configs.recommended.rules)).toEqual(names.map((name) => `reprise/${name}`));
    const headings = new Page('docs/lint.md').lines.flatMap((line) => /^### `(.*)`$/.exec(line)?.[1] ?? []);
    expect(headings).toEqual(names);
    const files = readdirSync(path.join(ROOT, 'libs/eslint-plugin/src/rules')).filter((file) => file.startsWith('no-'));
    expect(files.map((file) => file.replace('.ts', '')).sort()).toEqual([...names].sort());
  });
});
