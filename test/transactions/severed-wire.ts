import net from 'node:net';

/** What happens to the next commit that goes over the wire. */
export type Fate = 'nothing' | 'request lost' | 'answer lost' | 'cut while it commits';

/** A wire to PostgreSQL that can break at the very moment of a commit. */
export class SeveredWire {
  fate: Fate = 'nothing';
  /** How often it broke. */
  cuts = 0;
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();

  private constructor(private readonly target: URL) {
    this.server = net.createServer((client) => this.connect(client));
  }

  static async to(url: string): Promise<SeveredWire> {
    const wire = new SeveredWire(new URL(url));
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  /** The database's URL, over this wire. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as net.AddressInfo).port);
    return url.href;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private connect(client: net.Socket): void {
    const server = net.connect(Number(this.target.port || 5432), this.target.hostname);
    let losesAnswer = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => [client, server].forEach((end) => end.destroy()));
    }
    const cut = (): void => {
      this.cuts++;
      client.destroy();
    };
    client.on('data', (said: Buffer) => {
      const { fate } = this;
      // The message of a simple query; TypeORM commits with it, and nobody else does so in capitals.
      if (fate === 'nothing' || !said.includes('COMMIT\0')) return void server.write(said);
      this.fate = 'nothing';
      if (fate === 'request lost') return cut();
      if (fate === 'answer lost') losesAnswer = true;
      server.write(said, () => {
        if (fate === 'cut while it commits') cut();
      });
    });
    server.on('data', (answer: Buffer) => {
      if (losesAnswer) cut();
      else client.write(answer);
    });
  }
}
