#!/usr/bin/env node
import { Console } from 'node:console';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { commandLine } from './command-line.js';
import { EXIT } from './exit-code.js';
import { interrupted } from './interruption.js';

const stop = new AbortController();
const { stdout, stderr, env } = process;
// A reader that is gone (`| head`) is no error: without a listener it would be one.
for (const output of [stdout, stderr]) output.on('error', () => {});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever presses it again does not want to wait.
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort(interrupted());
  });
}

// What code of the application prints is not the answer.
globalThis.console = new Console(stderr, stderr);
// Code that was replayed may have left promises that nobody waits for.
process.on('unhandledRejection', (error) => {
  if (process.argv.includes('--verbose')) console.error(error);
});

/** Of the package that this file is in; npm calls it by a link. */
function release(): string {
  const manifest = path.resolve(realpathSync(process.argv[1]!), '../../../../../package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

const around = { stdout, stderr, env, folder: process.cwd(), version: release(), signal: stop.signal };
void commandLine(process.argv.slice(2), around).then((code) => {
  // An application that was loaded may have left timers or connections behind.
  const exit = (): void => process.exit(code);
  stdout.write('', () => stderr.write('', exit));
});
