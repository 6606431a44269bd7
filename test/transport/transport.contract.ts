import { type Command, declaredErrors, TRANSPORT_CAPABILITIES } from 'reprise/contracts';
import { reviveDeclared } from 'reprise/core';
import type { MicroserviceTransport } from 'reprise/microservices';
import { buildIfStale } from '../../scripts/build.mjs';
import { Gate, until } from '../transactions/process.js';
import type { OwnBroker } from './brokers.js';
import { WIDE } from './stock-service.js';
import { send, StockBench, type TransportUnderTest } from './stock-bench.js';

/** Longer than the broker takes to find out, in milliseconds. */
const IN_TIME = 10_000;
/** What a dead service is given, in milliseconds. */
const SOON = 300;

/** What every transport promises (docs/transports.md): each command is answered, refused with a reason, or unknown at its deadline. */
export function describeTransport(under: TransportUnderTest, ownBroker?: () => Promise<OwnBroker>): void {
  const capabilities = TRANSPORT_CAPABILITIES[under.transport]!;

  describe(`steps over ${capabilities.name}`, () => {
    const bench = new StockBench(under);
    const { stock, room } = bench;
    let caller: MicroserviceTransport;
    let plain: Awaited<ReturnType<StockBench['ordinary']>>;
    const reserve = (sku: string) => bench.command(stock.reserve, { sku });

    beforeAll(async () => {
      await buildIfStale(() => undefined);
      await bench.setUp();
      caller = bench.caller(undefined, [bench.service, `${bench.service}_plain`, `${bench.service}_nobody`]);
      await caller.connect();
      [, plain] = await Promise.all([bench.participant(), bench.ordinary('plain')]);
    }, 60_000);
    afterAll(() => bench.tearDown());

    it('S3 answers, and gives a repeated delivery the first answer: also when both come at once', async () => {
      const command = reserve('tea');
      const answers = await Promise.all([send(caller, command), send(caller, { ...command, attempt: 2 })]);
      expect(answers).toEqual([1, 2].map(() => ({ outcome: 'completed', result: { id: 'r-tea' } })));
      expect(await send(caller, { ...command, attempt: 3 })).toEqual(answers[0]);
      expect(await bench.effects(command.key)).toBe(1);
    });

    it('I2 carries every kind of value there and back', async () => {
      const values = [
        ...[null, false, 0, '', 'ü€😀\u2028', -0, NaN, Infinity, 9_007_199_254_740_993n, [], {}, undefined],
        { date: new Date(0), map: new Map([['a', new Set([1n])]]), bytes: new Uint8Array([0, 255]), gap: undefined },
        { key: 'k', value: 'v', $saga: 1, $input: 2, $t: 'd', err: 1, response: 2, isDisposed: true, id: 'x' },
      ];
      const replies = await Promise.all(values.map((value) => send(caller, bench.command(stock.echo, value))));
      expect(replies).toEqual(values.map((result) => ({ outcome: 'completed', result })));
    });

    it('carries the trace context of the saga to the handler, also to one that knows nothing of Reprise', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      for (const [contract, seen] of [[stock, room.traces] as const, [plain.stock, plain.room.traces] as const]) {
        const traced = bench.command(contract.reserve, { sku: 'traced' }, { traceparent, tracestate: 'a=b' });
        expect(await send(caller, traced)).toMatchObject({ outcome: 'completed' });
        expect(seen.get('traced')).toBe(traceparent);
      }
    });

    it('S4 brings a declared error as its class, and what a handler throws as transient', async () => {
      const reply = await send(caller, reserve('none'));
      if (reply.outcome !== 'declared') throw new Error(`it was ${JSON.stringify(reply)}`);
      const error = reviveDeclared(reply.error, declaredErrors(stock.reserve));
      expect(error).toBeInstanceOf(stock.errors.OutOfStock);
      expect(error).toMatchObject({ data: { sku: 'none', left: 3n } });
      expect(await send(caller, reserve('broken'))).toEqual({
        outcome: 'transient',
        error: { name: 'TypeError', message: 'the shelf fell over', code: 'HANDLER_FAILED' },
      });
    });

    it('says so when an answer cannot be serialised, also that of an ordinary handler', async () => {
      const typed = await send(caller, bench.command(stock.echo, 'circle'));
      expect(typed).toMatchObject({ outcome: 'fatal', error: { code: 'NOT_SERIALISABLE' } });
      const ordinary = await send(caller, bench.command(stock.raw, { kind: 'big' }));
      expect(ordinary).toMatchObject({ outcome: 'transient', error: { name: 'UnsendableAnswer' } });
    });

    it('says that nobody handles an operation', async () => {
      const within = under.unhandled === 'NO_ANSWER' ? SOON : IN_TIME;
      await expect(send(caller, bench.command(stock.unknown, {}), within)).rejects.toMatchObject({
        code: under.unhandled,
        message: expect.stringMatching(/has no handler|did not answer/) as string,
      });
    });

    it('S5 says that a service is down: at once where that can be known, at the deadline where a queue keeps the command', async () => {
      const nobody = StockBench.contractOf(`${bench.service}_nobody`);
      const asked = expect(
        send(caller, bench.command(nobody.raw, {}), capabilities.refusesAtOnce ? IN_TIME : SOON),
      ).rejects;
      await asked.toMatchObject({ code: capabilities.refusesAtOnce ? 'SERVICE_UNREACHABLE' : 'NO_ANSWER' });
      if (!capabilities.keeps) return;
      // What nobody took in time is not run when the service comes up; what is still in time is.
      const inTime = send(caller, bench.command(nobody.raw, { kind: 'in time' }));
      const { room } = await bench.ordinary('nobody', true);
      expect(await inTime).toMatchObject({ outcome: 'completed' });
      expect(room.rawRuns).toMatchObject([{ kind: 'in time' }]);
    });

    it('lets a service that knows nothing of Reprise perform a step', async () => {
      const ask = (sku: string, command: Command = plain.stock.reserve) =>
        send(caller, bench.command(command, { sku }));
      const command = bench.command(plain.stock.reserve, { sku: 'tea' });
      expect(await send(caller, command)).toEqual({ outcome: 'completed', result: { id: command.key } });
      expect(await ask('none')).toMatchObject({
        outcome: 'declared',
        error: { name: 'OutOfStock', data: { sku: 'none' } },
      });
      expect(await ask('broken')).toMatchObject({ outcome: 'transient', error: { code: 'HANDLER_FAILED' } });
    });

    it('carries a megabyte, refuses more as fatal, and what only the transport refuses as well', async () => {
      const long = 'x'.repeat(900_000);
      expect(await send(caller, bench.command(stock.echo, long))).toEqual({ outcome: 'completed', result: long });
      const tooLong = await send(caller, bench.command(stock.echo, 'x'.repeat(1_000_001)));
      expect(tooLong).toMatchObject({ outcome: 'fatal', error: { code: 'PAYLOAD_TOO_LARGE' } });
      const wide = await send(caller, bench.command(stock.echo, WIDE));
      // An answer that does not fit is known before its transaction is committed.
      const order = reserve('wide');
      const answer = await send(caller, order);
      const limited = { outcome: 'fatal', error: { code: 'PAYLOAD_TOO_LARGE' } };
      if (capabilities.payloadLimit === undefined) {
        expect([wide, answer]).toEqual([WIDE, { id: WIDE }].map((result) => ({ outcome: 'completed', result })));
      } else {
        expect([wide, answer]).toMatchObject([limited, limited]);
        expect(await bench.effects(order.key)).toBe(0);
      }
    });

    it('answers a thousand requests at the same time, each with its own answer', async () => {
      const numbers = Array.from({ length: 1_000 }, (_, number) => number);
      const replies = await Promise.all(
        numbers.map((number) => send(caller, bench.command(stock.raw, { number }), 25_000)),
      );
      expect(replies.map((reply) => (reply as { result?: { number?: number } }).result?.number)).toEqual(numbers);
    });

    // Left out where a caller is connected to one replica: no broker chooses among them.
    if (capabilities.replicas !== 'connected') {
      it('S3 runs a command once on two replicas, whether the broker gives it to one of them or to each', async () => {
        const other = await bench.participant();
        room.rawRuns.length = 0;
        const commands = Array.from({ length: 20 }, (_, number) => reserve(`two-${number}`));
        await Promise.all(commands.map((command) => send(caller, command)));
        const effects = await Promise.all(commands.map(({ key }) => bench.effects(key)));
        expect(effects).toEqual(commands.map(() => 1));
        await Promise.all(commands.map((_, number) => send(caller, bench.command(stock.raw, { number }))));
        const runs = capabilities.replicas === 'each' ? 40 : 20;
        await until(() => room.rawRuns.length >= runs);
        expect(room.rawRuns).toHaveLength(runs);
        await other.close();
      });
    }

    it('S5 survives a service that is frozen past the deadline, killed in mid-request, and shut down under load', async () => {
      const alone = new StockBench({ ...under, namespace: 'staging' });
      await alone.setUp();
      const lone = alone.caller();
      const order = (sku: string) => alone.command(alone.stock.reserve, { sku });
      try {
        const first = await alone.process();

        const frozen = order('frozen');
        first.child.kill('SIGSTOP');
        await expect(send(lone, frozen, SOON)).rejects.toMatchObject({ code: 'NO_ANSWER' });
        first.child.kill('SIGCONT');
        expect(await send(lone, { ...frozen, attempt: 2 })).toMatchObject({ outcome: 'completed' });
        expect(await alone.effects(frozen.key)).toBe(1);

        const killed = order('wait-killed');
        const answer = send(lone, killed, capabilities.redelivers ? IN_TIME : 2_000);
        const unknown = answer.then(undefined, (error: { code: string }) => error.code);
        await first.said('reached', 'wait-killed');
        await first.end('SIGKILL');
        const second = await alone.process();
        if (capabilities.redelivers) {
          await second.said('reached', 'wait-killed');
          second.release();
          expect(await answer).toMatchObject({ outcome: 'completed' });
        } else {
          expect(await unknown).toBe(capabilities.replicas === 'connected' ? 'SERVICE_UNREACHABLE' : 'NO_ANSWER');
          const retried = send(lone, { ...killed, attempt: 2 });
          await second.said('reached', 'wait-killed');
          second.release();
          expect(await retried).toMatchObject({ outcome: 'completed' });
        }
        expect(await alone.effects(killed.key)).toBe(1);

        // Where commands come in order, the second waits for the first.
        const load = Array.from({ length: capabilities.ordered ? 1 : 10 }, (_, number) => order(`wait-${number}`));
        const answers = load.map((command) => send(lone, command));
        await Promise.all(load.map((command) => second.said('reached', (command.input as { sku: string }).sku)));
        const ending = second.end('SIGTERM');
        second.release();
        expect(await Promise.all(answers)).toMatchObject(load.map(() => ({ outcome: 'completed' })));
        await ending;
      } finally {
        await alone.tearDown();
      }
    }, 60_000);

    // Left out where there is no broker that could go away. How a service goes away is the test before it.
    if (ownBroker) {
      it('waits for a broker that is down at the start, fails at once what it loses, and goes on when it is back', async () => {
        const broker = await ownBroker();
        const remote = new StockBench(under);
        await remote.setUp();
        const gate = new Gate();
        remote.room.gates.set('lost', gate);
        const caller = remote.caller(broker.port);
        const order = (sku: string, within = IN_TIME) =>
          send(caller, remote.command(remote.stock.reserve, { sku }), within);
        const goesOn = () =>
          order('again', 2_000).then(
            ({ outcome }) => outcome === 'completed',
            () => false,
          );
        try {
          await expect(order('down')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
          const listening = remote.participant(broker.port);
          await expect(order('down')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
          await broker.start();
          await listening;
          await until(goesOn);

          const lost = expect(order('lost', 60_000)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
          await until(() => gate.reached);
          await broker.stop();
          await lost;
          gate.open();
          await expect(order('away')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
          await broker.start();
          await until(goesOn);
        } finally {
          await remote.tearDown();
          await broker.stop();
          await broker.remove();
        }
      }, 60_000);
    }
  });
}
