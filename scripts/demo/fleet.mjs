// Starts the shop's services, each as a process of its own, and starts again whichever dies.
import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../ports.mjs';

const DIST = fileURLToPath(new URL('../../dist/apps/', import.meta.url));
export const PARTICIPANTS = ['product', 'cart', 'inventory', 'payment', 'shipping'];
/** What listens beside them: in the choreographed model the shop hears too. */
const LISTENERS = [...PARTICIPANTS, 'orders'];
const READY_LIMIT = 60_000;
const STOP_LIMIT = 10_000;
const RESTART_PAUSE = 300;
/** So many times it ended by itself before it was ready, and we stop trying. A `kill` does not count. */
const STILLBORN_LIMIT = 3;

/** One service: its process now, and those that come after it. */
class Service {
  restarts = 0;
  #stillborn = 0;
  #stopping = false;
  #waiting = [];
  #settings;

  constructor(settings) {
    this.#settings = settings;
    this.name = settings.name;
    this.port = settings.port;
    this.#spawn();
  }

  get pid() {
    return this.child.pid;
  }

  /** Resolves when the process of the moment has said that it is ready. */
  ready() {
    if (this.isReady) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        void this.#trouble().then((log) => reject(new Error(`${this.name} is not ready after 60 s.\n${log}`)));
      }, READY_LIMIT);
      this.#waiting.push({
        resolve: () => (clearTimeout(late), resolve()),
        reject: (e) => (clearTimeout(late), reject(e)),
      });
    });
  }

  /** Answers whether there was a process to kill. */
  kill(signal = 'SIGKILL') {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.kill(signal);
  }

  /** Asks it to end, by closing the channel that it lives by, and kills it when it does not. */
  async stop() {
    this.#stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.connected) this.child.disconnect();
    const impatient = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT);
    await ended;
    clearTimeout(impatient);
  }

  #spawn() {
    const { name, app, env, logs, tell, diesAt } = this.#settings;
    const fate = diesAt && this.restarts === 0 ? { SHOP_DIES_AT: String(diesAt) } : {};
    this.isReady = false;
    const log = openSync(path.join(logs, `${name}.log`), 'a'); // the file itself: a pipe would break with us
    this.child = fork(path.join(DIST, app, 'src', 'main.js'), {
      env: { ...process.env, ...env, ...fate },
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', log, log, 'ipc'],
      detached: process.platform !== 'win32', // a Ctrl-C in the terminal is for the fleet, which stops the services in order
    });
    closeSync(log);
    this.child.on('error', (error) => tell(`${name}: ${error.message}`));
    this.child.on('message', (message) => message?.ready && this.#becameReady());
    this.child.once('exit', (code, signal) => {
      if (!this.#stopping) void this.#died(signal ?? `code ${code}`, signal === null);
    });
  }

  #becameReady() {
    this.isReady = true;
    this.#stillborn = 0;
    if (this.restarts > 0) this.#settings.tell(`${this.name} is back as pid ${this.pid}`);
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  async #died(how, byItself) {
    if (byItself && !this.isReady && ++this.#stillborn >= STILLBORN_LIMIT) {
      const error = new Error(`${this.name} does not start (${how}).\n${await this.#trouble()}`);
      const waiting = this.#waiting.splice(0);
      for (const { reject } of waiting) reject(error);
      if (waiting.length === 0) this.#settings.tell(error.message);
      return;
    }
    this.isReady = false;
    this.#settings.tell(`${this.name} (pid ${this.pid}) died of ${how}: starting it again`);
    await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE));
    if (this.#stopping) return;
    this.restarts++;
    this.#spawn();
  }

  async #trouble() {
    const text = await readFile(path.join(this.#settings.logs, `${this.name}.log`), 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n').slice(-60);
    const error = lines.findLastIndex((line) => /error/i.test(line) && !/^\s+at /.test(line));
    return lines
      .slice(Math.max(0, error - 5))
      .slice(0, 20)
      .join('\n');
  }
}

/**
 * Starts everything and waits until it is ready.
 * @param {{ url: string, token: string, season: string, logs: string, shops?: number, faultRate?: number,
 *   tell?: (line: string) => void, shopPort?: number, transport?: string, model?: string, dies?: Record<string, number> }} settings
 *   `dies`: at which of its requests a service is killed, when it has done what was asked and has not answered yet
 */
export async function startFleet({
  url,
  token,
  season,
  logs,
  shops = 2,
  faultRate = 0,
  tell = () => undefined,
  shopPort,
  transport = 'tcp',
  model = 'orchestrated',
  dies = {},
}) {
  mkdirSync(logs, { recursive: true });
  const ports = {};
  for (const name of LISTENERS) {
    const variable = `SHOP_${name.toUpperCase()}_PORT`;
    ports[variable] = process.env[variable] || String(await freePort());
  }
  const shared = {
    DATABASE_URL: url,
    SHOP_SEASON: season,
    SHOP_FAULT_RATE: String(faultRate),
    SHOP_TRANSPORT: transport,
    SHOP_MODEL: model,
    ...(transport === 'tcp' ? {} : { SHOP_NAMESPACE: `shop-${season}` }),
    NO_COLOR: '1',
    ...ports,
  };
  const services = PARTICIPANTS.map((name) => {
    const port = Number(ports[`SHOP_${name.toUpperCase()}_PORT`]);
    return new Service({ name, app: name, port, env: shared, logs, tell, diesAt: dies[name] });
  });
  for (let number = 1; number <= shops; number++) {
    const port = number === 1 && shopPort ? shopPort : await freePort();
    const env = {
      ...shared,
      SHOP_SHOP_PORT: String(port),
      SHOP_TOKEN: token,
    };
    services.push(new Service({ name: `shop-${number}`, app: 'shop', port, env, logs, tell }));
  }
  const fleet = new Fleet(services, token);
  try {
    await Promise.all(services.map((service) => service.ready()));
  } catch (error) {
    await fleet.stop();
    throw error;
  }
  return fleet;
}

class Fleet {
  constructor(services, token) {
    this.services = services;
    this.token = token;
  }

  /** The processes that run sagas and serve HTTP. */
  get shops() {
    return this.services.filter((service) => service.name.startsWith('shop'));
  }

  get participants() {
    return this.services.filter((service) => !service.name.startsWith('shop'));
  }

  /** Stops the orchestrators first: they let running steps finish, and need the others for that. */
  async stop() {
    await Promise.all(this.shops.map((service) => service.stop()));
    await Promise.all(this.participants.map((service) => service.stop()));
  }

  /** Asks one of the shops, the next one when it is down. Gives up after a minute of refused connections. */
  async request(method, route, body) {
    const limit = Date.now() + 60_000;
    for (let turn = 0; ; turn++) {
      const shop = this.shops[turn % this.shops.length];
      try {
        const response = await fetch(`http://127.0.0.1:${shop.port}${route}`, {
          method,
          headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
          body: body === undefined ? undefined : JSON.stringify(body),
          signal: AbortSignal.timeout(20_000),
        });
        if (response.status === 503 && Date.now() < limit) throw new Error('503');
        return { status: response.status, body: await response.json() };
      } catch (error) {
        if (Date.now() > limit) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}
