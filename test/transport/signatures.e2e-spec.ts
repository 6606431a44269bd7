import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import { contract } from 'reprise/contracts';
import { microservices, type MicroserviceTransport } from 'reprise/microservices';
import { Handles, listenAs, ParticipantModule } from 'reprise/participant';
import { lastValueFrom } from 'rxjs';
import { z } from 'zod';
import { freePort } from '../../scripts/ports.mjs';
import { stepCommand } from './step-command.js';

const OLD = 'the key that both sides had until now';
const NEW = 'the key that will take its place soon';
const Vault = contract('vault', {
  open: { input: z.object({ door: z.string(), times: z.any() }), output: z.object({ opened: z.string() }) },
  forged: { input: z.object({}), output: z.object({}) },
});

const opened: string[] = [];

@Controller()
class VaultController {
  @Handles(Vault.open, { transaction: false })
  async open({ door }: { door: string }) {
    opened.push(door);
    return { opened: door };
  }

  /** Somebody who listens in the participant's place and does not have the key. */
  @MessagePattern(Vault.forged.pattern)
  forged() {
    return { $reprise: 1, ok: true, result: {}, signature: 'AAAA' };
  }
}

@Module({ imports: [ParticipantModule.forRoot({ sharedKeys: [OLD, NEW] })], controllers: [VaultController] })
class VaultModule {}

describe('services that share a key', () => {
  let app: INestMicroservice;
  let options: { host: string; port: number };
  let stranger: ClientProxy;
  const transports: MicroserviceTransport[] = [];
  /** The last request that came, as it travelled. */
  let heard: { door: string; $saga: Record<string, unknown> };

  function callerWith(...sharedKeys: string[]): MicroserviceTransport {
    const made = microservices({
      vault: { transport: Transport.TCP, options, ...(sharedKeys.length > 0 ? { sharedKeys } : {}) },
    });
    made.register(Vault.open, Vault.forged);
    transports.push(made);
    return made;
  }
  const open = (door: string, caller: MicroserviceTransport) =>
    caller.send(
      stepCommand(Vault.open, { door, times: [new Date(0), 1n, -0, { b: 1, a: '\u2028' }] }),
      Date.now() + 5_000,
    );
  const say = (payload: object) =>
    lastValueFrom(stranger.send<{ error: { code: string } }>(Vault.open.pattern, payload));

  beforeAll(async () => {
    options = { host: '127.0.0.1', port: await freePort() };
    const listening = listenAs('vault', { transport: Transport.TCP, options });
    app = await NestFactory.createMicroservice(VaultModule, { ...listening, logger: false });
    app.useGlobalInterceptors({
      intercept(context, next) {
        heard = structuredClone(context.switchToRpc().getData<typeof heard>());
        return next.handle();
      },
    });
    await app.listen();
    stranger = ClientProxyFactory.create({ transport: Transport.TCP, options });
  });
  afterAll(async () => {
    await Promise.all(transports.map((transport) => transport.close()));
    await stranger.close();
    await app.close();
  });
  beforeEach(() => void (opened.length = 0));

  it('take commands and answers from each other, also while keys are changed', async () => {
    for (const keys of [[OLD], [NEW, OLD], [OLD, NEW]]) {
      expect(await open('front', callerWith(...keys))).toMatchObject({
        outcome: 'completed',
        result: { opened: 'front' },
      });
    }
    // It signs with the new key, and does not yet accept answers that the old one signed.
    await expect(open('front', callerWith(NEW))).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
  });

  it('refuse what is not signed, or signed with another key', async () => {
    const refused = { outcome: 'transient', error: { code: 'BAD_SIGNATURE' } };
    expect(await open('back', callerWith())).toMatchObject(refused);
    await expect(open('back', callerWith('a key that nobody but the sender has'))).rejects.toMatchObject({
      code: 'BAD_SIGNATURE',
    });
    await expect(say({ door: 'back', times: 1 })).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
    expect(opened).toEqual([]);
  });

  it('refuse a signed request in which anything was changed', async () => {
    await open('side', callerWith(OLD));
    opened.length = 0;
    const { $saga, ...input } = heard;
    const changed = [
      { ...input, door: 'vault', $saga },
      { ...input, $saga: { ...$saga, key: 'another' } },
      { ...input, $saga: { ...$saga, deadline: Date.now() + 1e9 } },
      { ...input, $saga: { ...$saga, undoes: 'another' } },
      { ...input, $saga: { ...$saga, signature: `${String($saga['signature']).slice(0, -2)}A=` } },
    ];
    for (const payload of changed) expect(await say(payload)).toMatchObject({ error: { code: 'BAD_SIGNATURE' } });
    expect(opened).toEqual([]);
    expect(await say({ $saga, ...input })).toMatchObject({ ok: true });
  });

  it('do not believe answers of somebody who has no key', async () => {
    const asked = callerWith(OLD).send(stepCommand(Vault.forged, {}), Date.now() + 5_000);
    await expect(asked).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
  });

  it('say at start-up when a key is too short, or when there is nothing to sign', () => {
    const short = { transport: Transport.TCP as const, options: { port: 1 }, sharedKeys: ['short'] };
    expect(microservices({ vault: { ...short, envelope: 'none' } }).check([])).toEqual([
      expect.stringContaining('not a list of texts of at least 32 characters'),
      expect.stringContaining('nothing to sign'),
    ]);
  });
});
