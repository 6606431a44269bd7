import { Logger } from '@nestjs/common';
import { Transport, type Server } from '@nestjs/microservices';
import { listenAs } from './index.js';
import { announceReplicas } from './replica-notice.js';
import type { ParticipantServer } from './servers/server-recipe.js';

describe('listenAs', () => {
  it('refuses what it does not know, in words', () => {
    expect(() => listenAs('mail', { transport: 99 as never })).toThrow(
      '"mail" cannot listen: its transport is missing',
    );
    expect(() => listenAs('mail', { transport: Transport.TCP, namespace: 'a.b' })).toThrow(
      'cannot listen under the namespace "a.b"',
    );
  });

  it('puts the namespace before every pattern', () => {
    const { strategy } = listenAs('mail', { transport: Transport.TCP, namespace: 'staging' }) as { strategy: Server };
    strategy.addHandler('mail.send', () => Promise.resolve() as never);
    expect([...strategy.getHandlers().keys()]).toEqual(['staging.mail.send']);
  });

  it('says at the start, and only there, that every replica hears every command', async () => {
    const lines: unknown[] = [];
    const note = (line: unknown): void => void lines.push(line);
    Logger.overrideLogger({ log: note, warn: note, error: note });
    const server = { listen: (callback: () => void) => callback() } as unknown as ParticipantServer;
    announceReplicas('mail', 'NATS', server).listen(() => note('NATS listens'));
    announceReplicas('mail', 'REDIS', server).listen(() => note('Redis listens'));
    Logger.overrideLogger(false);
    expect(lines).toEqual(['NATS listens', expect.stringContaining('Every replica of "mail" hears'), 'Redis listens']);
  });
});
