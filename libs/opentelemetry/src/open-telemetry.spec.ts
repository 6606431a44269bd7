import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { openTelemetry } from './index.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the trace context', () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracing = openTelemetry({ tracerProvider });
  const begin = (traceparent: string, tracestate?: string) =>
    tracing.begin({
      name: 'a',
      kind: 'consumer',
      attributes: {},
      parent: { traceparent, ...(tracestate === undefined ? {} : { tracestate }) },
    });
  beforeEach(() => exporter.reset());

  it('is gone on from, with its state and whether it is sampled', () => {
    const { context } = begin(PARENT, 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE');
    expect(context!.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    expect(context!.tracestate).toBe('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE');
    expect(begin(PARENT.replace(/01$/, '00')).context!.traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-.*-00$/,
    );
    expect(begin(`01${PARENT.slice(2)}-what-is-to-come`).context!.traceparent).toContain(
      '0af7651916cd43dd8448eb211c80319c',
    );
  });

  it.each([
    ['', 'nothing'],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331', 'no flags'],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', 'an empty trace'],
    ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'a version that cannot be'],
    [7 as unknown as string, 'a number'],
  ])('of %j begins a trace of its own: it has %s', (traceparent) => {
    const span = begin(traceparent, 'a=b');
    expect(span.context!.traceparent).not.toContain('0af7651916cd43dd8448eb211c80319c');
    span.end();
    expect(exporter.getFinishedSpans()[0]!.parentSpanContext).toBeUndefined();
  });

  it('drops a state that is longer than everybody has to carry', () => {
    expect(begin(PARENT, `a=${'b'.repeat(600)}`).context).not.toHaveProperty('tracestate');
  });

  it('ends once, with the code of the error and never its message', () => {
    const span = begin(PARENT);
    const error = Object.assign(new Error('card 4711'), { code: 'CARD_EMPTY' });
    span.end({ error, attributes: { 'saga.step.outcome': 'transient' } });
    span.end();
    const [ended, ...more] = exporter.getFinishedSpans();
    expect(more).toEqual([]);
    expect(ended).toMatchObject({
      kind: SpanKind.CONSUMER,
      status: { code: SpanStatusCode.ERROR, message: 'CARD_EMPTY' },
      attributes: { 'error.type': 'CARD_EMPTY', 'saga.step.outcome': 'transient' },
      events: [],
    });
  });

  it('passes through where nothing records', () => {
    trace.disable();
    const silent = openTelemetry();
    const opening = { name: 'a', kind: 'producer', attributes: {} } as const;
    expect(silent.begin(opening).context).toBeUndefined();
    const through = silent.begin({ ...opening, parent: { traceparent: PARENT } });
    expect(through.context).toEqual({ traceparent: PARENT });
    expect(silent.begin({ ...opening, parent: through }).context).toEqual({ traceparent: PARENT });
    expect(through.run(() => 7)).toBe(7);
    through.end();
  });
});
