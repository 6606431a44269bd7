import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { MessagePattern, RpcException, Transport } from '@nestjs/microservices';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { contract, declaredErrors } from 'reprise/contracts';
import { reviveDeclared, type StepReply } from 'reprise/core';
import { z } from 'zod';
import { Inventory } from '../../../test/transport/contract.js';
import { stepCommand } from '../../../test/transport/step-command.js';
import { tcpService } from '../../../test/transport/tcp-service.js';
import { MicroserviceTransport, microservices } from './index.js';

const seen: unknown[] = [];
const waiting: (() => void)[] = [];
let arrived: (() => void) | undefined;

const throwing: Record<string, () => unknown> = {
  declared: () => new RpcException({ name: 'OutOfStock', message: 'none left', data: { sku: 'tea' } }),
  code: () => new RpcException({ code: 'OutOfStock', data: { sku: 'tea' } }),
  'wrong data': () => new RpcException({ code: 'OutOfStock', data: { sku: 1 } }),
  text: () => new RpcException('busy'),
  error: () => new Error('secret'),
  string: () => 'a string',
  odd: () => new RpcException({ err: { status: 500 }, url: 'x', code: 'ECONNREFUSED' }),
};

@Controller()
class OrdinaryController {
  @MessagePattern('inventory.reserve')
  async reserve(input: { sku: string; count?: number }) {
    seen.push(input);
    if (input.sku === 'slow') {
      arrived?.();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    const thrown = throwing[input.sku]?.();
    if (thrown !== undefined) throw thrown;
    return input.sku === 'bad result' ? { id: 1 } : { id: input.sku, count: input.count ?? 0 };
  }

  @MessagePattern('inventory.release')
  release(): void {}

  @MessagePattern('inventory.size')
  size(payload: { $input: string }) {
    return payload.$input === 'foreign' ? { $reprise: 2, ok: true } : payload.$input.length;
  }
}

@Module({ controllers: [OrdinaryController] })
class OrdinaryModule {}

describe('steps over TCP', () => {
  let service: INestMicroservice;
  let port: number;
  let transport: MicroserviceTransport;

  function transportTo(options: { port: number; envelope?: 'none' }): MicroserviceTransport {
    const { port, envelope } = options;
    const made = new MicroserviceTransport({
      inventory: { transport: Transport.TCP, options: { host: '127.0.0.1', port }, ...(envelope ? { envelope } : {}) },
    });
    made.register(Inventory.reserve, Inventory.release, Inventory.size);
    return made;
  }
  const reserve = (sku: string, within = 5_000): Promise<StepReply> =>
    transport.send(stepCommand(Inventory.reserve, { sku }), Date.now() + within);

  beforeAll(async () => {
    ({ app: service, port } = await tcpService(OrdinaryModule));
    transport = transportTo({ port });
    await transport.connect();
  });
  afterAll(async () => {
    await transport.close();
    await service.close();
  });
  beforeEach(() => {
    seen.length = 0;
  });

  it('lets an ordinary @MessagePattern handler perform a step as it is, and read the key', async () => {
    const command = stepCommand(Inventory.reserve, { sku: 'tea', count: 2 }, { traceparent: '00-1-2-01', undoes: 'k' });
    const reply = await transport.send(command, Date.now() + 5_000);
    expect(reply).toMatchObject({ outcome: 'completed', result: { id: 'tea', count: { count: 2 } } });
    const { address: _address, input: _input, ...envelope } = command;
    expect(seen).toEqual([{ sku: 'tea', count: 2, $saga: { v: 1, ...envelope } }]);
  });

  it('sends the bare input to a strict service', async () => {
    const strict = transportTo({ port, envelope: 'none' });
    await strict.send(stepCommand(Inventory.reserve, { sku: 'tea' }), Date.now() + 5_000);
    expect(seen).toEqual([{ sku: 'tea' }]);
    await strict.close();
  });

  it('wraps an input that is no object, and takes no answer for undefined', async () => {
    const size = await transport.send(stepCommand(Inventory.size, 'four'), Date.now() + 5_000);
    expect(size).toMatchObject({ outcome: 'completed', result: 4 });
    const released = await transport.send(stepCommand(Inventory.release, { sku: 'tea' }), Date.now() + 5_000);
    expect(released).toMatchObject({ outcome: 'completed', result: undefined });
  });

  it('S4 refuses a wrong input before it is sent, as fatal', async () => {
    const reply = await transport.send(stepCommand(Inventory.reserve, { sku: 1 as never }), Date.now() + 5_000);
    expect(reply).toMatchObject({ outcome: 'fatal', error: { code: 'INVALID_COMMAND_INPUT' } });
    const odd = stepCommand(Inventory.reserve, { sku: 'tea', more: new (class Odd {})() } as never);
    expect(await transport.send(odd, Date.now() + 5_000)).toMatchObject({ error: { code: 'NOT_SERIALISABLE' } });
    expect(seen).toEqual([]);
  });

  it('S4 takes a result that breaks the contract as fatal', async () => {
    const reply = await reserve('bad result');
    expect(reply).toMatchObject({ outcome: 'fatal', error: { code: 'INVALID_COMMAND_RESULT' } });
    expect(JSON.stringify(reply)).toContain('id: ');
  });

  it('S4 knows a declared error in the RpcException of an ordinary handler', async () => {
    for (const sku of ['declared', 'code']) {
      const reply = await reserve(sku);
      expect(reply.outcome).toBe('declared');
      if (reply.outcome === 'completed') throw new Error('unexpected');
      const error = reviveDeclared(reply.error, declaredErrors(Inventory.reserve));
      expect(error).toBeInstanceOf(Inventory.errors.OutOfStock);
      expect(error).toMatchObject({ data: { sku: 'tea' } });
    }
    expect(await reserve('wrong data')).toMatchObject({ outcome: 'fatal', error: { code: 'INVALID_COMMAND_RESULT' } });
  });

  it('S4 takes every other shape of error as transient, in words', async () => {
    const words = {
      text: 'busy',
      error: 'Internal server error',
      string: 'Internal server error',
      odd: 'said nothing',
    };
    for (const [sku, message] of Object.entries(words)) {
      const reply = await reserve(sku);
      expect(reply).toMatchObject({ outcome: 'transient', error: { code: 'HANDLER_FAILED' } });
      expect(JSON.stringify(reply)).toContain(message);
    }
  });

  it('says NO_HANDLER for an operation that nobody handles, and does not hang', async () => {
    const Newer = contract('inventory', { count: { input: z.object({}) } });
    transport.register(Newer.count);
    await expect(transport.send(stepCommand(Newer.count, {}), Date.now() + 5_000)).rejects.toMatchObject({
      code: 'NO_HANDLER',
    });
  });

  it('says BAD_REPLY for an answer of another version', async () => {
    const command = stepCommand(Inventory.size, 'foreign');
    await expect(transport.send(command, Date.now() + 5_000)).rejects.toMatchObject({ code: 'BAD_REPLY' });
  });

  it('S5 gives up in time when nobody answers, and still takes a late answer before that', async () => {
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    await expect(reserve('slow', 50)).rejects.toMatchObject({ code: 'NO_ANSWER' });
    await arrival;
    waiting.splice(0).forEach((go) => go());
    const again = new Promise<void>((resolve) => (arrived = resolve));
    const late = transport.send(stepCommand(Inventory.reserve, { sku: 'slow' }, { deadline: 0 }), Date.now() + 5_000);
    await again;
    waiting.splice(0).forEach((go) => go());
    expect(await late).toMatchObject({ outcome: 'completed' });
  });

  it('fails at once when the service dies with a request in flight, and goes on when it is back', async () => {
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const inFlight = reserve('slow', 60_000);
    const settled = expect(inFlight).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    await arrival;
    await service.close();
    await settled;
    waiting.splice(0).forEach((go) => go());
    await expect(reserve('tea')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    await expect(reserve('tea')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    ({ app: service } = await tcpService(OrdinaryModule, port));
    expect(await reserve('tea')).toMatchObject({ outcome: 'completed' });
    expect(await Promise.all([reserve('a'), reserve('b'), reserve('c')])).toHaveLength(3);
  });

  it('survives a peer that speaks another protocol, and a peer that never answers', async () => {
    const sockets: { destroy(): void }[] = [];
    const stranger = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      if (sockets.length === 1) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n#what');
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const lost = transportTo({ port: (stranger.address() as AddressInfo).port });
    const send = (within: number) => lost.send(stepCommand(Inventory.release, { sku: 'x' }), Date.now() + within);
    await expect(send(5_000)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    await expect(send(50)).rejects.toMatchObject({ code: 'NO_ANSWER' });
    const inFlight = expect(send(60_000)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    // The request is on its way once the connection is up, which the failed one before has seen to.
    await new Promise((resolve) => setImmediate(resolve));
    await lost.close();
    await inFlight;
    await expect(send(50)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    sockets.forEach((socket) => socket.destroy());
    stranger.close();
  });

  it('reports every mistake of configuration at once', () => {
    const wrong = new MicroserviceTransport({
      mail: { transport: Symbol('pigeon') as never },
      bill: { transport: Transport.TCP, options: { port: 99_999 } },
      odd: {} as never,
    });
    const mistakes = wrong.check([
      Inventory.reserve.address,
      Inventory.release.address,
      { service: 'mail', operation: 'x' },
    ]);
    expect(mistakes).toEqual([
      expect.stringContaining('"mail": its `transport` is missing or unknown'),
      expect.stringContaining('"bill": `options.port` is 99999'),
      expect.stringContaining('"odd": its `transport` is missing'),
      expect.stringContaining(
        'performed by the service "inventory", which is not among the configured ones ("mail", "bill", "odd")',
      ),
      expect.stringContaining('contract of "inventory.reserve"'),
      expect.stringContaining('contract of "inventory.release"'),
      expect.stringContaining('contract of "mail.x"'),
    ]);
    expect(transport.check([Inventory.reserve.address])).toEqual([]);
  });

  it('reports options that cannot work, and remarks on those that work but not safely', () => {
    const made = microservices({
      a: { transport: Transport.NATS, options: { servers: [''], maxReconnectAttempts: 3 } },
      b: { transport: Transport.REDIS, options: { port: 0, retryAttempts: 5 } },
      c: { transport: Transport.RMQ, options: { noAck: false, urls: [], persistent: false } },
      d: { transport: Transport.MQTT, options: { url: '', protocolVersion: 4, reconnectPeriod: 0 } },
    });
    expect(made.check([]).map((mistake) => mistake.slice(0, 40))).toEqual([
      'Service "a": `options.servers` is neithe',
      'Service "b": `options.port` is 0, which ',
      'Service "c": `options.urls` is not a lis',
      'Service "c": `noAck: false` is for the s',
      'Service "d": `options.url` is not a URL.',
    ]);
    expect(made.remarks().map(({ level, text }) => `${level} ${text.slice(0, 44)}`)).toEqual([
      'warn Service "a": `maxReconnectAttempts: 3` gives',
      'info Every replica of "b" hears every command on ',
      'warn Service "b": `retryAttempts: 5` gives up for',
      'warn Service "c": `persistent: false` loses what ',
      'warn Service "d": before protocol version 5 a bro',
      'warn Service "d": `reconnectPeriod: 0` gives up w',
    ]);
    const quiet = {
      a: { transport: Transport.NATS },
      b: { transport: Transport.TCP },
      c: { transport: Transport.RMQ },
    };
    expect(microservices(quiet as never).remarks()).toEqual([]);
  });

  it('refuses two contracts for one pattern', () => {
    const Twin = contract('inventory', { reserve: { input: z.void() } });
    const confused = microservices({ inventory: { transport: Transport.TCP } });
    confused.register(Inventory.reserve, Twin.reserve);
    expect(confused.check([])).toEqual(['Two contracts define "inventory.reserve"; import it from one place.']);
  });
});
