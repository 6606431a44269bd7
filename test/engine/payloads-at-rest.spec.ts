import { setTimeout as pause } from 'node:timers/promises';
import type { SagaContext } from 'reprise/core';
import { Compensate, performLocal, Saga, sagaDefinition, Signal, Step } from 'reprise/decorators';
import { postgres } from 'reprise/postgres';
import { currentStep, encodedStore, SagaEngine, SagaQueries } from 'reprise/runtime';
import { ScratchSchema } from '../store/scratch-schema.js';
import { Bucket, sampleCodec } from '../store/sample-codec.js';

/** Stands in every payload, and must stand nowhere in the database. */
const MARKER = 'marker-7f3a91';

class Declined extends Error {
  override readonly name = 'Declined';
  constructor(readonly data: { readonly reason: string }) {
    super('declined');
  }
}

@Saga({ name: 'atrest' })
class AtRest {
  private said: string[] = [];
  @Step() async reserve(input: string): Promise<{ note: string }> {
    return { note: `${input} reserved` };
  }
  @Compensate('reserve') async release(_reserved: { note: string } | undefined, _input: string): Promise<void> {}
  @Step({ errors: [Declined] }) async charge(input: string): Promise<string> {
    if (input.includes('declines')) throw new Declined({ reason: input });
    return `${input} charged`;
  }
  @Signal() say(word: string): void {
    this.said.push(word);
  }
  @Step() async copy(input: string): Promise<void> {
    currentStep()!.heartbeat({ copied: input });
    await new Promise((resolve) => currentStep()!.signal.addEventListener('abort', resolve, { once: true }));
  }
  async run(input: { kind: string; text: string }, saga: SagaContext): Promise<unknown> {
    if (input.kind === 'copies') await this.copy(input.text);
    const reserved = await this.reserve(input.text);
    await saga.until(() => this.said.length > 0);
    const charged = await this.charge(`${input.text} ${input.kind}`);
    return { reserved, charged, said: this.said };
  }
}

const definition = sagaDefinition(AtRest);

describe('I2 payloads at rest in PostgreSQL', () => {
  it('I2 nothing of inputs, results, signals, data of errors or orphans is in any column of any table', async () => {
    const scratch = new ScratchSchema();
    const bucket = new Bucket();
    const store = postgres({ url: scratch.url, schema: scratch.name });
    const codec = sampleCodec(bucket, 200);
    const engine = new SagaEngine({
      store,
      codec,
      poll: '50ms',
    });
    const provider = new AtRest();
    engine.host({ definition, perform: (step, args) => performLocal(provider, step, args) });
    await engine.open();
    try {
      const long = `${MARKER} ${'x'.repeat(500)}`;
      await engine.start(definition, { kind: 'accepts', text: MARKER }, { id: 'accepted' });
      await engine.start(definition, { kind: 'declines', text: MARKER }, { id: 'declined' });
      await engine.start(definition, { kind: 'accepts', text: long }, { id: 'long' });
      await engine.start(definition, { kind: 'waits', text: MARKER }, { id: 'waiting' });
      await engine.start(definition, { kind: 'copies', text: MARKER }, { id: 'copying' });
      for (const id of ['accepted', 'declined', 'long']) await engine.signal(id, 'say', [`${MARKER} said`]);
      expect(await engine.result('accepted', { definition })).toEqual({
        reserved: { note: `${MARKER} reserved` },
        charged: `${MARKER} accepts charged`,
        said: [`${MARKER} said`],
      });
      await expect(engine.result('declined', { definition })).rejects.toMatchObject({
        code: 'SAGA_COMPENSATED',
        cause: { name: 'Declined', data: { reason: `${MARKER} declines` } },
      });
      expect(await engine.result('long', { definition })).toMatchObject({ reserved: { note: `${long} reserved` } });
      await expect(engine.signal('accepted', 'say', [`${MARKER} late`])).rejects.toMatchObject({
        code: 'INSTANCE_CLOSED',
      });
      await expect(engine.signal('nobody', 'say', [`${MARKER} lost`])).rejects.toMatchObject({
        code: 'UNKNOWN_INSTANCE',
      });

      const heartbeats = (): Promise<unknown[]> => new SagaQueries(encodedStore(store, codec)).progress('copying');
      while ((await heartbeats()).length === 0) await pause(5);
      expect(await heartbeats()).toMatchObject([{ step: 'copy', details: { copied: MARKER } }]);

      const { dump, tables } = await dumpOf(scratch);
      expect(tables).toEqual(expect.arrayContaining(['history', 'instance', 'message', 'orphan', 'step_progress']));
      expect(dump).toContain('accepted');
      expect(dump).toContain('closed-instance');
      expect(dump).toContain('unknown-instance');
      expect(dump.match(/"\$t": ?"x"/g)!.length).toBeGreaterThan(10);
      expect(dump).toContain('"$t":"o"');
      expect(dump).not.toContain(MARKER);
      expect(dump).not.toContain(Buffer.from(MARKER).toString('base64').slice(0, 16));
      expect(bucket.objects.size).toBeGreaterThan(2);
      for (const bytes of bucket.objects.values()) expect(Buffer.from(bytes).toString()).not.toContain(MARKER);
      // The readers see it all.
      const { orphans } = await encodedStore(store, codec).catalogue.orphans(10);
      expect(orphans.map(({ payload }) => payload)).toMatchObject([
        { name: 'say', input: [`${MARKER} lost`] },
        { name: 'say', input: [`${MARKER} late`] },
      ]);
      expect(JSON.stringify(await engine.history('declined'))).toContain(`${MARKER} reserved`);
    } finally {
      await engine.close(0);
      await scratch.drop();
    }
  });
});

/** Every value of every column of every table of the schema, as text. */
async function dumpOf(scratch: ScratchSchema): Promise<{ dump: string; tables: string[] }> {
  const found = await scratch.rows(
    `select table_name as name from information_schema.tables where table_schema = $1 and table_type = 'BASE TABLE'`,
    [scratch.name],
  );
  const tables = found.map(({ name }) => String(name));
  const dumps = await Promise.all(
    tables.map((table) => scratch.rows(`select string_agg(t::text, E'\\n') as text from $schema."${table}" t`)),
  );
  // The text of a row has its quotes doubled.
  return {
    dump: dumps
      .flat()
      .map(({ text }) => String(text).replaceAll('""', '"'))
      .join('\n'),
    tables,
  };
}
