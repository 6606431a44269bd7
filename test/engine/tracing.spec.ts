import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { event } from 'reprise/contracts';
import { performLocal, Saga, sagaDefinition, StartsOn, Step, type SagaContext } from 'reprise/decorators';
import { openTelemetry } from 'reprise/opentelemetry';
import { SagaEngine, SystemClock } from 'reprise/runtime';
import { MemoryStore } from 'reprise/testing';
import { z } from 'zod';
import { Gate, until } from '../transactions/process.js';

const Ordered = event('tea.ordered', z.object({ id: z.string() }));
const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const gate = new Gate();

@Saga({ name: 'leaf' })
class LeafSaga {
  async run(): Promise<void> {}
}

@StartsOn(Ordered, { id: ({ id }) => id, input: () => 2 })
@Saga({ name: 'tea' })
class TeaSaga {
  @Step({ timeout: '20ms', retry: { attempts: 1 } })
  async slow(): Promise<void> {
    await gate.pass();
  }
  async run(rounds: number, saga: SagaContext): Promise<void> {
    if (rounds === 2) await saga.child(LeafSaga, undefined);
    if (rounds > 1) return saga.continueAsNew(rounds - 1);
    await this.slow().catch(() => undefined);
  }
}

describe('traces', () => {
  const engine = new SagaEngine({
    store: new MemoryStore(new SystemClock()),
    tracing: openTelemetry({ tracerProvider }),
    keep: 0,
  });
  for (const sagaClass of [TeaSaga, LeafSaga]) {
    const saga = new sagaClass();
    engine.host({ definition: sagaDefinition(sagaClass), perform: (step, args) => performLocal(saga, step, args) });
  }
  const tea = sagaDefinition(TeaSaga);
  const ended = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
  const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId;
  const parentOf = (span: ReadableSpan | undefined): string | undefined => span?.parentSpanContext?.spanId;
  const linksOf = (span: ReadableSpan | undefined) => span?.links.map((link) => link.context.spanId);

  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    await engine.open();
  });
  beforeEach(() => exporter.reset());
  afterAll(async () => {
    gate.open();
    await engine.close();
    trace.disable();
    context.disable();
  });

  it('M6 go from an event to the saga that starts on it and to its child; its next run is a trace that links to the start', async () => {
    const id = await engine.cues.publish('tea.ordered', { id: 'green' });
    await until(() => ended('saga run tea').length === 2);
    const [published] = ended('tea.ordered publish');
    const [start] = ended('saga start tea');
    expect(published!.attributes).toMatchObject({ 'messaging.message.id': id });
    expect(parentOf(start)).toBe(idOf(published));
    const [first, second] = ended('saga run tea');
    expect(parentOf(first)).toBe(idOf(start));
    expect(parentOf(second)).toBeUndefined();
    expect([first, second].map(linksOf)).toEqual([[idOf(start)], [idOf(start)]]);
    const [step] = ended('step leaf');
    expect(parentOf(ended('saga start leaf')[0])).toBe(idOf(step));
  });

  it('S5 end an attempt at its deadline', async () => {
    await engine.start(tea, 1, { id: 'late' });
    await until(() => ended('step slow').length === 1);
    expect(ended('step slow')[0]).toMatchObject({ attributes: { 'error.type': 'STEP_TIMED_OUT' } });
  });

  it('I1 say of a start that finds its id taken that it began nothing; a delayed one is a trace of its own', async () => {
    await engine.start(tea, 1, { id: 'taken', delay: '10ms' });
    await engine.start(tea, 1, { id: 'taken' });
    await until(() => ended('saga run tea').length > 0);
    const [start, again] = ended('saga start tea');
    expect([start, again].map((span) => span!.attributes['saga.began'])).toEqual(['true', 'false']);
    const [run] = ended('saga run tea');
    expect(parentOf(run)).toBeUndefined();
    expect(linksOf(run)).toEqual([idOf(start)]);
  });
});
