import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { randomUUID } from 'node:crypto';
import { contract, event, type Remote } from 'reprise/contracts';
import { Compensate, performLocal, Saga, sagaDefinition, Signal, Step, type SagaContext } from 'reprise/decorators';
import { microservices, type ServiceOptions } from 'reprise/microservices';
import { openTelemetry } from 'reprise/opentelemetry';
import { Handles, listenAs, On, ParticipantModule, type ListenOptions } from 'reprise/participant';
import { postgres } from 'reprise/postgres';
import { SagaEngine } from 'reprise/runtime';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { freePort } from '../../scripts/ports.mjs';
import { ScratchSchema } from '../store/scratch-schema.js';
import { until } from '../transactions/process.js';
import { addressOf, BROKERS, isUp } from './brokers.js';

const Inventory = contract('inventory', {
  reserve: { input: z.object({ sku: z.string() }), output: z.object({ id: z.string() }) },
  release: { input: z.object({ sku: z.string() }) },
});
const Reserved = event('stock.reserved', z.object({ sku: z.string() }));

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = trace.getTracer('application');
/** A span of the application's own code. */
const within = <T>(name: string, body: () => T): T =>
  tracer.startActiveSpan(name, (span) => {
    try {
      return body();
    } finally {
      span.end();
    }
  });

@Saga({ name: 'purchase' })
class PurchaseSaga {
  private approved = false;

  @Step(Inventory.reserve, { retry: { backoff: '10ms' } }) declare reserve: Remote<typeof Inventory.reserve>;
  @Compensate('reserve', Inventory.release) release(_reserved: unknown, { sku }: { sku: string }) {
    return { sku };
  }
  @Step({ retry: { attempts: 1 } }) async charge(): Promise<void> {
    within('call the bank', () => undefined);
    throw Object.assign(new Error('card 4711 is empty'), { code: 'CARD_EMPTY' });
  }
  @Signal() approve(): void {
    this.approved = true;
  }

  async run(sku: string, saga: SagaContext): Promise<void> {
    await this.reserve({ sku });
    saga.emit(Reserved, { sku });
    await saga.until(() => this.approved);
    await this.charge();
  }
}
const definition = sagaDefinition(PurchaseSaga);

const TRANSPORTS: readonly { name: 'TCP' | 'NATS' | 'RMQ'; options: (port: number) => ServiceOptions }[] = [
  { name: 'TCP', options: (port) => ({ transport: Transport.TCP, options: { host: '127.0.0.1', port } }) },
  { name: 'NATS', options: () => ({ transport: Transport.NATS, options: { servers: BROKERS.NATS } }) },
  { name: 'RMQ', options: () => ({ transport: Transport.RMQ, options: { urls: [BROKERS.RMQ] } }) },
];

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});
afterAll(() => {
  trace.disable();
  context.disable();
});

describe.each(TRANSPORTS)('traces over $name', ({ name, options }) => {
  const scratch = new ScratchSchema();
  const namespace = `trace${randomUUID().slice(0, 8)}`;
  let up = false;
  let dataSource: DataSource;
  let service: ServiceOptions;
  let app: INestMicroservice;
  let failures = 1;

  const ended = (...names: string[]): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => names.includes(span.name));
  const one = (name: string): ReadableSpan => {
    const found = ended(name);
    if (found.length !== 1) throw new Error(`${found.length} spans are called "${name}"`);
    return found[0]!;
  };
  const open: { close(): Promise<void> }[] = [];
  const idOf = (span: ReadableSpan): string => span.spanContext().spanId;
  const traceOf = (span: ReadableSpan): string => span.spanContext().traceId;
  const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;

  async function engine(): Promise<SagaEngine> {
    const saga = new PurchaseSaga();
    const transport = microservices({ inventory: service });
    transport.register(Inventory.reserve, Inventory.release);
    const store = postgres({ url: scratch.url, schema: scratch.name, pool: 6 });
    const opened = new SagaEngine({
      store,
      transport,
      tracing: openTelemetry(),
      poll: '50ms',
      lease: '1s',
    });
    opened.host({ definition, perform: (step, args) => performLocal(saga, step, args) });
    await opened.open();
    // One that has crashed closes nothing.
    open.push(opened, store);
    return opened;
  }

  beforeAll(async () => {
    up = name === 'TCP' || (await isUp(addressOf(name)));
    if (!up) return;
    dataSource = await new DataSource({ type: 'postgres', url: scratch.url, poolSize: 8 }).initialize();
    service = { ...options(await freePort()), namespace, on: [Reserved] };

    @Controller()
    class InventoryController {
      @Handles(Inventory.reserve)
      async reserve({ sku }: { sku: string }) {
        if (failures-- > 0) throw Object.assign(new Error(`no shelf for ${sku}`), { code: 'NO_SHELF' });
        return within('look at the shelf', () => ({ id: sku }));
      }
      @Handles(Inventory.release) async release() {}
      @On(Reserved) async reserved(): Promise<void> {
        within('tell the warehouse', () => undefined);
      }
    }
    const inbox = { dataSource, schema: `${scratch.name}_inbox` };
    @Module({
      imports: [ParticipantModule.forRoot({ inbox, tracing: openTelemetry() })],
      controllers: [InventoryController],
    })
    class InventoryModule {}
    const { on: _on, ...listening } = service;
    const listen = listenAs('inventory', { ...(listening as ListenOptions), namespace });
    app = await NestFactory.createMicroservice(InventoryModule, { ...listen, logger: false });
    await app.listen();
    exporter.reset();
  });
  afterAll(async () => {
    if (!up) return;
    for (const opened of open) await opened.close();
    await app.close();
    await dataSource.query(`drop schema "${scratch.name}_inbox" cascade`);
    await dataSource.destroy();
    await scratch.drop();
  });

  it('finds its broker', () => {
    if (!up && process.env['CI']) throw new Error(`There is no ${name}.`);
  });

  it('S5 W2 go from the caller to the handler and its own spans; what follows a crash is a trace that links to the start', async () => {
    if (!up) return;
    const before = await engine();
    await within('POST /orders', () => before.start(definition, 'tea', { id: 'order-1' }));
    await until(() => ended('stock.reserved process').length === 1 && ended('inventory.reserve send').length === 2);
    await before.crash();

    const start = one('saga start purchase');
    const [run] = ended('saga run purchase');
    const sends = ended('inventory.reserve send');
    const processed = ended('inventory.reserve process');
    expect(parentOf(start)).toBe(idOf(one('POST /orders')));
    expect(start).toMatchObject({
      kind: SpanKind.PRODUCER,
      attributes: { 'saga.id': 'order-1', 'saga.name': 'purchase' },
    });
    expect(parentOf(run!)).toBe(idOf(start));
    expect(sends.map(parentOf)).toEqual([idOf(run!), idOf(run!)]);
    expect(sends.map(({ attributes }) => attributes['saga.step.attempt'])).toEqual([1, 2]);
    expect(sends[0]).toMatchObject({
      kind: SpanKind.PRODUCER,
      status: { code: 2, message: 'HANDLER_FAILED' },
      attributes: { 'messaging.destination.name': 'inventory.reserve', 'error.type': 'HANDLER_FAILED' },
    });
    expect(processed.map(parentOf)).toEqual(sends.map(idOf));
    expect(processed.map(({ kind, status }) => [kind, status.code])).toEqual([
      [SpanKind.CONSUMER, 2],
      [SpanKind.CONSUMER, 0],
    ]);
    expect(parentOf(one('look at the shelf'))).toBe(idOf(processed[1]!));
    expect(parentOf(one('stock.reserved publish'))).toBe(idOf(run!));
    expect(parentOf(one('stock.reserved process'))).toBe(idOf(one('stock.reserved publish')));
    expect(parentOf(one('tell the warehouse'))).toBe(idOf(one('stock.reserved process')));
    expect(new Set(exporter.getFinishedSpans().map(traceOf)).size).toBe(1);

    const after = await engine();
    await after.signal('order-1', 'approve', []);
    await until(async () => (await after.describe('order-1')).status === 'compensated');
    await after.close();
    const later = ended('saga run purchase').at(-1)!;
    expect(traceOf(later)).not.toBe(traceOf(start));
    expect(later.parentSpanContext).toBeUndefined();
    expect(later.links.map((link) => link.context.spanId)).toEqual([idOf(start)]);
    expect(later).toMatchObject({ attributes: { 'saga.status': 'compensated' } });
    expect(parentOf(one('step charge'))).toBe(idOf(later));
    expect(parentOf(one('call the bank'))).toBe(idOf(one('step charge')));
    expect(parentOf(one('compensate reserve'))).toBe(idOf(later));
    expect(parentOf(one('inventory.release send'))).toBe(idOf(one('compensate reserve')));
    expect(parentOf(one('inventory.release process'))).toBe(idOf(one('inventory.release send')));
    // Replaying made no span again, and no span has what the errors say.
    expect(ended('saga start purchase', 'stock.reserved publish', 'inventory.reserve send')).toHaveLength(4);
    const told = exporter.getFinishedSpans().map(({ attributes, status, events }) => ({ attributes, status, events }));
    expect(JSON.stringify(told)).not.toMatch(/4711|shelf for|"tea"/);
    expect(one('step charge').attributes).toMatchObject({
      'error.type': 'CARD_EMPTY',
      'saga.step.outcome': 'transient',
    });
  });
});
