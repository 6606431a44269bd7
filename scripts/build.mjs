// Compiles the apps and libs with `nest build --all`, and remembers when.
import { spawn } from 'node:child_process';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const STAMP = path.join(ROOT, 'dist', '.built');
const SOURCES = ['apps', 'libs', 'nest-cli.json', 'tsconfig.json', 'package.json'];

/** Builds everything if a source is newer than the last build. Answers whether it had to. */
export async function buildIfStale(tell) {
  const built = modified(STAMP);
  if (built > 0 && SOURCES.every((source) => newest(path.join(ROOT, source)) <= built)) return false;
  tell('building');
  await build();
  return true;
}

async function build() {
  const started = Date.now();
  const cli = path.join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  let output = '';
  const child = spawn(process.execPath, [cli, 'build', '--all'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`The build failed.\n${output}`);
  writeFileSync(STAMP, '');
  utimesSync(STAMP, started / 1_000, started / 1_000); // what is edited meanwhile is newer
}

function newest(place) {
  const found = statSync(place, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(place).reduce((latest, name) => Math.max(latest, newest(path.join(place, name))), 0);
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await build();
  console.log('dist/ is up to date');
}
