// Runs the contract of the transports on each of them and writes what it came to into docs/transports.md.
//   npm run transports:table                      all of them, one after the other: takes minutes, and needs every broker
//   npm run transports:table -- tcp.json nats.json …   reads what `jest --json --outputFile` wrote instead
// It ends with 1 when a test failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { contractTable, contractTests, runOf, withTable } from './contract-table.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PAGE = path.join(ROOT, 'docs/transports.md');
const CONTRACT = path.join(ROOT, 'test/transport/transport.contract.ts');
/** In the order of the columns. */
const SPECS = ['tcp', 'nats', 'redis', 'rmq', 'mqtt', 'grpc', 'kafka'].map((name) => `${name}.e2e-spec.ts`);

function runSpecs() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'reprise-contract-'));
  try {
    return SPECS.flatMap((spec) => runSpec(spec, path.join(folder, `${spec}.json`)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runSpec(spec, report) {
  const flags = ['--json', `--outputFile=${report}`, '--runTestsByPath', path.join('test/transport', spec)];
  const line = ['run', '--silent', 'test:jest', '--', ...flags];
  // What failed is in the table, and jest says it on stderr; its report goes into the file only.
  const { error } = spawnSync('npm', line, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error) throw error;
  return reportsIn(report);
}

const reportsIn = (file) => JSON.parse(readFileSync(file, 'utf8')).testResults;

const given = process.argv.slice(2);
const reports = given.length ? given.flatMap(reportsIn) : runSpecs();
const runs = SPECS.map((spec) => {
  const report = reports.find(({ name }) => path.basename(name) === spec);
  if (!report) throw new Error(`What test/transport/${spec} came to is in none of these files.`);
  return runOf(report);
});
const table = contractTable(contractTests(readFileSync(CONTRACT, 'utf8')), runs);
const style = { ...(await resolveConfig(PAGE)), parser: 'markdown' };
writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), await format(table, style)));
const failed = runs.filter(({ statuses }) => [...statuses.values()].includes('failed'));
process.stdout.write(`docs/transports.md has the table of ${runs.length} transports.\n`);
if (failed.length) {
  process.stderr.write(`The contract is broken on ${failed.map(({ transport }) => transport).join(', ')}.\n`);
  process.exitCode = 1;
}
