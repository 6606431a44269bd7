import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeHistory } from 'reprise/core';
import { APP, loadSagas } from '../app-sagas.js';
import { command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { badUsage } from '../failure.js';
import { historiesIn } from '../history-files.js';
import { verdictOf, VERDICTS } from '../replay-verdict.js';
import { RUNNERS, specText, type Runner } from '../spec-text.js';

export const testFromCommand = command({
  name: 'test-from',
  summary: 'Makes a unit test of a history: it fails until the code decides what was recorded',
  operands: '<file>',
  options: {
    ...APP,
    out: { kind: 'text', value: '<spec.ts>', says: 'the test; the history is written beside it', required: true },
    import: { kind: 'text', value: '<path>', says: 'what the test imports instead of the source of --app' },
    runner: { kind: 'text', value: '<name>', says: 'jest, vitest or node; default: what package.json has' },
    force: { kind: 'flag', says: 'write over a test that is there' },
  },
  notes: [
    'The test reads the history by its path from here: run it from this folder. What holds values should be exported with --redact.',
  ],
  examples: [
    {
      command:
        'reprise test-from ~/Downloads/order-17.json --app dist/app.module.js#AppModule --out test/order-17.spec.ts',
      says: 'from a history that somebody sent',
    },
  ],
  async run({ options, operands, terminal, folder, signal }) {
    const [place] = operands;
    if (place === undefined || operands.length > 1)
      throw badUsage('test-from needs one file.', 'Name a file that `reprise export` wrote.');
    const sagas = await loadSagas(options.app, folder);
    const first = await historiesIn([place], folder, signal).next();
    if (first.done) throw badUsage(`There is no history in ${place}.`, 'Name a file that `reprise export` wrote.');
    const { history } = first.value;
    sagas.get(history.saga, history.version);
    const spec = path.resolve(folder, options.out);
    const beside = spec.replace(/(\.(spec|test))?\.[cm]?[jt]s$/, '') + '.history.json';
    if (!options.force && existsSync(spec))
      throw badUsage(`${options.out} is there already.`, 'Choose another name, or pass --force.');
    const manifest = await manifestOf(folder);
    const text = specText({
      history,
      file: path.relative(folder, beside).replaceAll(path.sep, '/'),
      app: options.import ?? sourceOf(options.app.split('#')[0]!, spec, folder, manifest),
      exported: options.app.split('#')[1],
      runner: runnerOf(options.runner, manifest),
    });
    await mkdir(path.dirname(spec), { recursive: true });
    await writeFile(beside, writeHistory(history));
    await writeFile(spec, text);
    const { verdict, call } = await verdictOf(first.value, sagas);
    const at = call === undefined ? '' : ` at call ${call}`;
    const today = verdict === 'safe' ? 'It passes today.' : `It fails today: ${VERDICTS[verdict]}${at}.`;
    if (options.json) await terminal.printJson({ spec: options.out, history: path.relative(folder, beside), verdict });
    else await terminal.print(`${options.out} replays ${history.saga} ${history.id}. ${today}`);
    return EXIT.done;
  },
});

interface Manifest {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

async function manifestOf(folder: string): Promise<Manifest> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text) as Manifest;
}

function runnerOf(asked: string | undefined, { dependencies, devDependencies }: Manifest): Runner {
  const runner = asked ?? RUNNERS.find((name) => name in { ...dependencies, ...devDependencies }) ?? 'node';
  const known = RUNNERS.find((name) => name === runner);
  if (known) return known;
  throw badUsage(`--runner "${runner}" is not known.`, `Write ${RUNNERS.join(', ')}.`);
}

/** What the spec imports: one in TypeScript the source that a compiled module was most likely made from, one in JavaScript the module itself. */
function sourceOf(compiled: string, spec: string, folder: string, { type }: Manifest): string {
  const full = path.resolve(folder, compiled);
  const within = path.relative(folder, full).split(path.sep);
  const ways = [['src', ...within.slice(1)], within.slice(1), within];
  const sources = ways.map((names) => path.join(folder, ...names).replace(/\.[cm]?js$/, '.ts'));
  const source = (spec.endsWith('ts') ? sources.find((file) => existsSync(file)) : undefined) ?? full;
  const from = path.relative(path.dirname(spec), source).replaceAll(path.sep, '/');
  const ending = type === 'module' ? '.js' : '';
  return (from.startsWith('.') ? from : `./${from}`).replace(/\.ts$/, ending);
}
