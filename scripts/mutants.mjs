// Breaks the engine on purpose, one line at a time, and demands that a spec notices. What survives shows where a test is missing.
//   node scripts/mutants.mjs             all of them
//   node scripts/mutants.mjs pivot late  those whose name has one of the words
// It works on a copy of the sources in a temporary folder, and is not part of `npm test`: it takes minutes.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTANTS } from './mutant-list.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PARTS = [
  'apps',
  'libs',
  'scripts',
  'test',
  'docs',
  'jest.config.js',
  'package.json',
  'tsconfig.json',
  'README.md',
];
/** A mutant that makes a spec run for ever is found, too. */
const LONGEST = 60_000;

function jest(folder, specs, longest) {
  const program = path.join(folder, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const { status } = spawnSync(process.execPath, [...flags, program, '--bail', '--runTestsByPath', ...specs], {
    cwd: folder,
    stdio: 'ignore',
    timeout: longest,
  });
  return status === 0;
}

function copyOfTheSources() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'reprise-mutants-'));
  for (const part of PARTS) cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** True when a spec fails because of it. */
function isKilled(folder, { name, file, search, replace, specs }) {
  const place = path.join(folder, file);
  const sound = readFileSync(place, 'utf8');
  if (sound.split(search).length !== 2)
    throw new Error(`${name}: ${file} has to have this exactly once; mend scripts/mutant-list.mjs.\n${search}`);
  writeFileSync(
    place,
    sound.replace(search, () => replace),
  );
  try {
    return !jest(folder, specs, LONGEST);
  } finally {
    writeFileSync(place, sound);
  }
}

const words = process.argv.slice(2);
const chosen = MUTANTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const folder = copyOfTheSources();
try {
  if (!jest(folder, [...new Set(chosen.flatMap(({ specs }) => specs))], 10 * LONGEST))
    throw new Error('The specs fail without any mutant. Mend them first.');
  const survivors = [];
  for (const mutant of chosen) {
    const killed = isKilled(folder, mutant);
    console.log(`${killed ? 'killed  ' : 'SURVIVED'} ${mutant.name}`);
    if (!killed) survivors.push(mutant);
  }
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants are killed.`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
