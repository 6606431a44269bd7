// A real PostgreSQL for the demo, the tests and the benchmark: DATABASE_URL if it is set, else the binaries that npm brought.
// Works as root and as an ordinary user; the server stops when this process ends, also when it is killed.
import { execFile, fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './ports.mjs';
import { othersMayEnter, postgresBinaries, postgresIds } from './postgres-binaries.mjs';

const run = promisify(execFile);
const START_LIMIT = 60_000;

/**
 * @typedef {object} Server
 * @property {string} url  a connection string
 * @property {boolean} embedded  false when it is the user's own server
 * @property {number} [pid]  of the embedded server
 * @property {() => Promise<void>} stop
 */

/**
 * The server to use.
 * @param {{ folder?: string, flags?: string[], tell?: (line: string) => void }} [options]
 *   `folder`: keep the data there between runs; without it the data is thrown away at the end.
 *   `flags`: settings for the embedded server, as in `work_mem=8MB`.
 * @returns {Promise<Server>}
 */
export async function openPostgres(options = {}) {
  const given = process.env.DATABASE_URL;
  if (!given) return launchPostgres(options);
  const client = new pg.Client({ connectionString: given, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (cause) {
    throw new Error(
      `DATABASE_URL is set, but the server does not let us in: ${cause.message}. Correct it, or unset it to use the embedded PostgreSQL.`,
      { cause },
    );
  }
  await client.end();
  return { url: given, embedded: false, stop: async () => undefined };
}

/** Starts the embedded server; see {@link openPostgres}. */
export async function launchPostgres({ folder, flags = [], tell = () => undefined } = {}) {
  const ids = postgresIds();
  const base = await prepareFolder(folder, ids, tell);
  try {
    const bin = await postgresBinaries(base);
    const data = path.join(base, 'data');
    const password = await createCluster(bin, base, data, ids, tell);
    const left = folder ? await leftBehind(data, base, password) : undefined;
    if (left) tell(`PostgreSQL of an earlier run is still there (pid ${left.pid}): using it`);
    const port = left?.port ?? (await freePort());
    await fs.writeFile(path.join(base, 'owner.pid'), String(process.pid));
    const guard = await startGuard({
      adopt: left?.pid,
      postgres: path.join(bin, 'postgres'),
      flags: serverFlags(data, port, flags),
      folder: base,
      ids,
      throwAway: folder ? undefined : base,
    });
    const url = urlFor(port, password);
    return { url, embedded: true, pid: guard.pid, stop: guard.stop };
  } catch (error) {
    if (!folder) await fs.rm(base, { recursive: true, force: true });
    throw error;
  }
}

function serverFlags(data, port, flags) {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', ...flags];
  return ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
}

function urlFor(port, password) {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

/** A folder that the server's user may enter. For a root user in a closed folder that cannot be below the checkout. */
async function prepareFolder(folder, ids, tell) {
  if (folder === undefined) {
    const fresh = await fs.mkdtemp(path.join(os.tmpdir(), 'reprise-postgres-'));
    if (ids.uid !== undefined) await fs.chown(fresh, ids.uid, ids.gid);
    await fs.chmod(fresh, ids.uid === undefined ? 0o700 : 0o711);
    return fresh;
  }
  let base = path.resolve(folder);
  await fs.mkdir(base, { recursive: true });
  if (ids.uid === undefined) return base;
  if (!(await othersMayEnter(path.dirname(base)))) {
    const name = createHash('sha256').update(base).digest('hex').slice(0, 12);
    base = path.join(os.tmpdir(), `reprise-data-${name}`);
    await fs.mkdir(base, { recursive: true });
    const found = await fs.lstat(base);
    if (!found.isDirectory() || ![0, ids.uid].includes(found.uid)) {
      throw new Error(`${base} belongs to somebody else. Remove it, or set DATABASE_URL to a PostgreSQL server.`);
    }
    tell(`PostgreSQL does not run as root, and nobody else may enter ${folder}: keeping the data in ${base}`);
  }
  await fs.chown(base, ids.uid, ids.gid);
  await fs.chmod(base, 0o711);
  return base;
}

/** Makes the data directory if there is none, and answers the superuser's password. */
async function createCluster(bin, base, data, ids, tell) {
  const file = path.join(base, 'password');
  const complete = path.join(base, 'initialised');
  const stored = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (stored && (await fs.stat(complete).catch(() => undefined))) return stored.trim();
  tell('making a PostgreSQL data directory');
  await fs.rm(data, { recursive: true, force: true }); // left half made by a killed run
  const password = randomBytes(18).toString('base64url');
  await fs.rm(file, { force: true });
  await fs.writeFile(file, `${password}\n`, { mode: 0o600 });
  if (ids.uid !== undefined) await fs.chown(file, ids.uid, ids.gid);
  const settings = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${file}`, '-E', 'UTF8', '--no-locale'];
  await run(path.join(bin, 'initdb'), ['-D', data, ...settings, '--no-sync', '--no-instructions'], {
    ...ids,
    cwd: base,
    env: { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' },
    timeout: START_LIMIT,
  });
  await fs.writeFile(complete, '');
  return password;
}

/**
 * A server that a killed run left behind on this data directory. PostgreSQL itself removes the pid file of a server that is
 * gone; what it cannot see is a pid that another program has taken since.
 */
async function leftBehind(data, base, password) {
  const file = path.join(data, 'postmaster.pid');
  for (let tries = 0; tries < 50; tries++) {
    const lines = (await fs.readFile(file, 'utf8').catch(() => '')).split('\n');
    const pid = Number(lines[0]);
    if (!pid || !isAlive(pid)) return undefined;
    const port = Number(lines[3]);
    if (port && (await serves(port, password, data))) {
      const owner = Number(await fs.readFile(path.join(base, 'owner.pid'), 'utf8').catch(() => '0'));
      if (owner && owner !== process.pid && isAlive(owner)) {
        throw new Error(`Another run (pid ${owner}) uses ${base}. Stop it first, or give this one another folder.`);
      }
      return { pid, port };
    }
    await new Promise((resolve) => setTimeout(resolve, 100)); // it may be starting, or stopping
  }
  await fs.rm(file, { force: true }); // somebody else's process: nothing serves this directory
  return undefined;
}

/** True when the server on that port is ours: it accepts our password and works on this data directory. */
async function serves(port, password, data) {
  const client = new pg.Client({ connectionString: urlFor(port, password), connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query("select current_setting('data_directory') as folder");
    return path.resolve(rows[0].folder) === path.resolve(data);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function startGuard(settings) {
  const guard = fork(fileURLToPath(new URL('./postgres-guard.mjs', import.meta.url)), {
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  const ended = new Promise((resolve) => guard.once('exit', resolve));
  const stop = async () => {
    guard.ref();
    if (guard.connected) guard.send({ stop: true }, () => undefined);
    await ended;
  };
  const pid = await new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`PostgreSQL did not start within ${START_LIMIT / 1000} s.`)),
      START_LIMIT,
    );
    guard.once('error', reject);
    guard.once('exit', () => reject(new Error('PostgreSQL ended while it was starting.')));
    guard.on('message', (message) => {
      clearTimeout(late);
      if (message.ready) resolve(message.ready);
      else reject(new Error(`PostgreSQL did not start: ${message.failed}`));
    });
    guard.send({ start: settings });
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  guard.unref();
  guard.channel?.unref();
  return { pid, stop };
}
