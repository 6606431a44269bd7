// Compiles each lib with nothing in sight but what its tsconfig.lib.json lists, then checks the rules the compiler cannot.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { houseProblems, readHouse } from './house-rules.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const AT_ONCE = 2;

function compile(lib) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(process.execPath, [TSC, '-p', `libs/${lib}/tsconfig.lib.json`, '--noEmit'], { cwd: ROOT });
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0 ? [] : [`libs/${lib} does not compile by itself:\n${output}`]));
  });
}

const problems = houseProblems(readHouse(ROOT));
const libs = readdirSync(path.join(ROOT, 'libs'));
const compiling = Array.from({ length: AT_ONCE }, async () => {
  for (let lib = libs.shift(); lib; lib = libs.shift()) problems.push(...(await compile(lib)));
});
await Promise.all(compiling);
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log('The layers hold.');
process.exitCode = problems.length === 0 ? 0 : 1;
