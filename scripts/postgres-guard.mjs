// Owns one PostgreSQL server process on behalf of the process that forked this one, and stops the server when that
// process asks for it or dies, in whatever way. Runs in a session of its own, so that a Ctrl-C in the terminal reaches
// the server last, after everything that uses it.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';

const KEPT_LOG = 8_000;
let server;
let stopping = false;
let log = '';

process.on('message', (order) => {
  if (order.start) start(order.start);
  if (order.stop) void stop();
});
process.on('disconnect', () => void stop());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());

let settings;

function start(given) {
  settings = given;
  if (settings.adopt) return tell({ ready: settings.adopt });
  server = spawn(settings.postgres, settings.flags, {
    ...settings.ids,
    cwd: settings.folder,
    env: { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  server.once('error', (error) => tell({ failed: error.message }));
  server.once('exit', (code) => {
    tell({ failed: `postgres ended with code ${code}.\n${log}` });
    if (!stopping) void stop();
  });
  server.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-KEPT_LOG);
    if (log.includes('ready to accept connections')) tell({ ready: server.pid });
  });
}

async function stop() {
  if (stopping) return;
  stopping = true;
  if (settings?.adopt) await stopStranger(settings.adopt);
  else if (server && server.exitCode === null && server.signalCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT'); // "fast": roll back, disconnect, checkpoint
    const impatient = setTimeout(() => server.kill('SIGQUIT'), 15_000);
    await ended;
    clearTimeout(impatient);
  }
  if (settings?.throwAway) await fs.rm(settings.throwAway, { recursive: true, force: true, maxRetries: 3 });
  process.exit(0);
}

/** Stops a server that is not our child, and waits until it has gone. */
async function stopStranger(pid) {
  try {
    process.kill(pid, 'SIGINT');
    for (let tries = 0; tries < 150; tries++) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    process.kill(pid, 'SIGQUIT');
  } catch {
    // it has gone
  }
}

function tell(message) {
  if (process.connected) process.send(message, () => undefined);
}
