import { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { kept, reprise } from '../../../test/cli/run-cli.js';
import { closest } from './closest.js';
import { interrupted } from './interruption.js';
import { COMMANDS } from './registry.js';
import { table } from './table.js';
import { Terminal } from './terminal.js';

describe('the command line', () => {
  it('lists every command, and says of each what it takes, with examples', async () => {
    const overall = await reprise(['--help']);
    expect(overall.code).toBe(0);
    for (const { name, summary, examples } of COMMANDS) {
      expect(overall.out).toContain(summary);
      const { code, out } = await reprise([name, '--help']);
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(examples.length).toBeGreaterThan(0);
      for (const { command } of examples) {
        expect(command).toMatch(new RegExp(`^reprise ${name}\\b`));
        expect(out).toContain(`npx ${command}\n`.trimEnd());
      }
    }
  });

  it('asks whether another command was meant', async () => {
    const { code, out, err } = await reprise(['exprot']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe('reprise: There is no command "exprot". Did you mean `reprise export`? (BAD_USAGE)\n');
    expect((await reprise(['zzzzzz'])).err).toContain('See `reprise --help`.');
    expect((await reprise([])).code).toBe(2);
    const secret = await reprise(['migrate', '--database-url', 'mysql://root:secret@localhost/x']);
    expect(secret).toMatchObject({ code: 2, err: expect.not.stringContaining('secret') });
  });

  it('shows a stack only when it is asked for', async () => {
    expect((await reprise(['migrate'])).err.trim().split('\n')).toHaveLength(1);
    expect((await reprise(['migrate', '--verbose'])).err).toMatch(/\n +at /);
  });

  it('is stopped by Ctrl+C, and is content when nobody reads its answer', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const silent = ['migrate', '--database-url', `postgres://127.0.0.1:${port}/silent`];
    expect((await reprise(silent, { signal: AbortSignal.abort(interrupted()) })).code).toBe(130);
    const stdout = kept();
    const answer = reprise(silent, { stdout });
    EventEmitter.prototype.emit.call(stdout, 'error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(await answer).toMatchObject({ code: 0, err: '' });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('has colours on a terminal only, and not where NO_COLOR is set', () => {
    const painted = (screen: { isTTY?: boolean }, env: Record<string, string>): string =>
      new Terminal(kept(screen), kept(), env).paint('red', 'x');
    expect(painted({ isTTY: true }, {})).toBe('\u001B[31mx\u001B[39m');
    expect([
      painted({}, {}),
      painted({ isTTY: true }, { NO_COLOR: '1' }),
      painted({ isTTY: true }, { TERM: 'dumb' }),
    ]).toEqual(['x', 'x', 'x']);
  });

  it('finds the word that was meant', () => {
    const words = ['status', 'show', 'history'];
    expect(['stauts', 'hist', 'sohw', 'quack'].map((word) => closest(word, words))).toEqual([
      'status',
      'history',
      'show',
      undefined,
    ]);
  });
});

describe('a table', () => {
  const plain = { width: undefined, paint: (_style: string, text: string) => text };

  it('has columns as wide as they need, and numbers to the right', () => {
    expect(
      table(
        ['id', 'count'],
        [
          ['a', 7],
          ['long-id', 1_000],
        ],
        plain,
      ),
    ).toEqual(['id       count', 'a            7', 'long-id   1000']);
  });

  it('is cut to the terminal, and takes no orders to the terminal from a value', () => {
    const rows = table(['id', 'why'], [['a\u001B[2J', 'a reason that is long']], { ...plain, width: 12 });
    expect(rows[1]).toBe('a\uFFFD[2J  a rea');
  });
});
