import net from 'node:net';
import type { StoreTrouble } from 'reprise/core';
import { HintListener } from './hint-listener.js';
import { HintProof, silentHints } from './hint-proof.js';
import { UrlConnection } from './url-connection.js';

/** What a notification begins with: its kind, then its length with these four bytes. */
const NOTIFICATION = 'A'.charCodeAt(0);

/** A wire to PostgreSQL that, while it is `deaf`, takes notifications out of what the server says, as a pooler does that drops LISTEN. */
class DeafWire {
  deaf = false;
  private readonly sockets = new Set<net.Socket>();
  private readonly server = net.createServer((client) => this.join(client));

  constructor(private readonly target: URL) {}

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as net.AddressInfo).port);
    return url.href;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private join(client: net.Socket): void {
    const server = net.connect(Number(this.target.port || 5432), this.target.hostname);
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => [client, server].forEach((end) => end.destroy()));
    }
    client.on('data', (said: Buffer) => server.write(said));
    let rest = Buffer.alloc(0);
    server.on('data', (answer: Buffer) => {
      rest = Buffer.concat([rest, answer]);
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const message = rest.subarray(0, 1 + rest.readInt32BE(1));
        rest = rest.subarray(message.length);
        if (!this.deaf || message[0] !== NOTIFICATION) client.write(message);
      }
    });
  }
}

describe('HintListener', () => {
  const target = new URL(process.env['DATABASE_URL']!);
  const schemaName = `hints_${process.pid}`;
  const troubles: StoreTrouble[] = [];
  const proofs: Promise<boolean>[] = [];
  const { made } = HintProof.prototype;
  let wire: DeafWire;
  let connection: UrlConnection;
  let listener: HintListener;

  beforeAll(() => {
    HintProof.prototype.made = function (...args) {
      const result = made.apply(this, args);
      proofs.push(result);
      return result;
    };
  });
  beforeEach(async () => {
    troubles.length = 0;
    proofs.length = 0;
    wire = new DeafWire(target);
    connection = new UrlConnection(schemaName, `"${schemaName}"`, { url: await wire.open(), pool: 2 });
    await connection.open();
    listener = new HintListener(connection, 100);
    listener.onTrouble((trouble) => troubles.push(trouble));
  });
  afterEach(async () => {
    await listener.stop();
    await connection.close();
    wire.close();
  });
  afterAll(() => void (HintProof.prototype.made = made));

  /** What came of the proof with this number. */
  async function proof(number: number): Promise<boolean> {
    while (proofs.length < number) await new Promise((resolve) => setTimeout(resolve, 5));
    return proofs[number - 1]!;
  }

  async function told(times: number): Promise<void> {
    while (troubles.length < times) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it('W7 says once, with the reason, that hints do not arrive, and again only after they did', async () => {
    wire.deaf = true;
    listener.start();
    expect(await proof(1)).toBe(false);
    await told(1);
    expect(troubles[0]!.what).toContain(`"reprise:${schemaName}", but its own NOTIFY did not come back within 100 ms`);
    expect(troubles[0]!.advice).toContain('listen: false');

    // Connected again and still deaf: nothing new to say.
    wire.cut();
    expect(await proof(2)).toBe(false);

    wire.deaf = false;
    wire.cut();
    expect(await proof(3)).toBe(true);
    expect(troubles).toHaveLength(1);

    wire.deaf = true;
    wire.cut();
    expect(await proof(4)).toBe(false);
    await told(2);
  });

  it('W7 has nothing to say where hints arrive', async () => {
    listener.start();
    expect(await proof(1)).toBe(true);
    expect(troubles).toEqual([]);
  });
});

describe('the reason for hints that do not arrive', () => {
  it('is a pooler where another process of the server answers than the one that said hello', () => {
    expect(silentHints('reprise:reprise', 5_000, true).what).toContain('a pooler stands between');
    expect(silentHints('reprise:reprise', 5_000, false).what).not.toContain('pooler');
  });
});
