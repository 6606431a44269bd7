import { SagaError, type Json, type PayloadCodec, type SagaContext } from 'reprise/core';
import { Compensate, Query, Saga, sagaDefinition, Signal, Step } from 'reprise/decorators';
import { encryption, offload } from 'reprise/runtime';
import { testSaga } from 'reprise/testing';
import { Bucket, keyOf } from '../store/sample-codec.js';
import { Lab, type Body } from './lab.js';

const SECRET = 'open sesame';

@Saga({ name: 'confidential' })
class Confidential {
  private said: string[] = [];
  @Step() async keep(_secret: string): Promise<string> {
    return '';
  }
  @Compensate('keep') async forget(_kept: string | undefined, _secret: string): Promise<void> {}
  @Signal() say(word: string): void {
    this.said.push(word);
  }
  @Query() words(): string[] {
    return this.said;
  }
  async run(input: { secret: string; words: number }, saga: SagaContext): Promise<unknown> {
    const kept = await this.keep(input.secret);
    await saga.until(() => this.said.length >= input.words);
    await saga.sleep('1 hour');
    saga.log.info('said', { said: this.said, card: { number: input.secret, brand: 'visa' } });
    return { kept, said: this.said };
  }
}

const definition = sagaDefinition(Confidential);
const bodies: Record<string, Body> = { keep: ([secret]) => `kept ${String(secret)}` };
const [k1, k2] = [keyOf('k1'), keyOf('k2')];
const old = encryption({ keys: { k1 }, current: 'k1' });
const both = encryption({ keys: { k1, k2 }, current: 'k2' });
const options = { bodies, poll: '1s' } as const;

/** Everything that the store holds, as it is stored. */
function stored(lab: Lab): string {
  return JSON.stringify([...(lab.store as unknown as { runs: { all(): object[] } }).runs.all()]);
}

async function opened(codec: PayloadCodec | readonly PayloadCodec[], more: object = {}): Promise<Lab> {
  const lab = new Lab();
  await lab.open([Confidential], { ...options, codec, ...more });
  return lab;
}

describe('I2 an engine with a codec', () => {
  it('I2 shows every reader what was written: histories, results, queries, also elsewhere and after a restart', async () => {
    const lab = await opened(old);
    await lab.start(Confidential, { secret: SECRET, words: 1 });
    await lab.engine.signal('one', 'say', [SECRET]);
    await lab.calm();
    expect(stored(lab)).not.toContain(SECRET);
    expect(await lab.eventsOf('StepCompleted')).toMatchObject([{ result: `kept ${SECRET}` }]);
    const client = await lab.second([], { codec: old });
    expect(await client.query(definition, 'one', 'words', [])).toEqual([SECRET]);
    const heard = client.result('one', { definition });
    await lab.open([Confidential], { ...options, codec: old });
    await lab.advance(3_700_000);
    expect(await heard).toEqual({ kept: `kept ${SECRET}`, said: [SECRET] });
    expect(await lab.result(Confidential)).toEqual({ kept: `kept ${SECRET}`, said: [SECRET] });
    expect(stored(lab)).not.toContain(SECRET);
    await Promise.all([lab.engine.crash(), client.crash()]);
  });

  it('I2 goes on with instances from before encryption, and through a change of keys', async () => {
    const lab = new Lab();
    await lab.open([Confidential], options);
    await lab.start(Confidential, { secret: 'plain', words: 2 });
    await lab.open([Confidential], { ...options, codec: old });
    await lab.engine.signal('one', 'say', ['with k1']);
    await lab.calm();
    await lab.open([Confidential], { ...options, codec: both });
    await lab.engine.signal('one', 'say', ['with k2']);
    await lab.calm();
    expect(stored(lab)).toMatch(/"k\\*":\\*"k1.*"k\\*":\\*"k2/);
    await lab.advance(3_700_000);
    expect(await lab.result(Confidential)).toEqual({ kept: 'kept plain', said: ['with k1', 'with k2'] });
    await lab.engine.crash();
  });

  it('I2 works in tests in memory, too', async () => {
    const run = await testSaga(Confidential)
      .step('keep', (secret) => `kept ${secret}`)
      .codec(old)
      .start({ secret: SECRET, words: 0 });
    await run.crash();
    await run.advance('2 hours');
    expect(await run.result()).toEqual({ kept: `kept ${SECRET}`, said: [] });
    expect(JSON.stringify(run.history)).toContain(SECRET);
  });

  it('I2 checks the limit before it encodes', async () => {
    const lab = await opened(offload({ threshold: 1, put: async () => undefined, get: async () => undefined }), {
      payloadLimit: 50,
    });
    await expect(lab.start(Confidential, { secret: 'x'.repeat(60), words: 0 })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    await lab.engine.crash();
  });

  it('keeps what is named in `redact` out of what the code logs', async () => {
    const logged: unknown[] = [];
    const log = {
      info: (...entry: unknown[]) => void logged.push(entry),
      warn: () => undefined,
      error: () => undefined,
    };
    const lab = await opened([], { log, redact: ['card.number', 'said'] });
    await lab.start(Confidential, { secret: SECRET, words: 0 });
    await lab.advance(3_700_000);
    expect(logged).toContainEqual([
      'said',
      { saga: 'confidential', id: 'one', said: '[redacted]', card: { number: '[redacted]', brand: 'visa' } },
    ]);
    await lab.engine.crash();
  });

  it('refuses a path of `redact` that names nothing, at start-up', async () => {
    await expect(opened([], { redact: ['card.'] })).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
  });
});

describe('I2 an instance that cannot be decoded', () => {
  const plainly = async (lab: Lab, ids: readonly string[]): Promise<void> => {
    for (const id of ids) await lab.start(Confidential, { secret: `of ${id}`, words: 1 }, id);
  };

  it('I2 is parked, and its claim-mates run; a deploy with the key goes on with it', async () => {
    const lab = await opened(both);
    await lab.start(Confidential, { secret: 'of bad', words: 1 }, 'bad');
    await lab.open([], {});
    const client = await lab.second([], { codec: old });
    await lab.open([Confidential], { ...options, codec: old });
    await plainly(lab, ['a', 'b']);
    for (const id of ['a', 'b']) await client.signal(id, 'say', ['go']);
    await lab.advance(3_700_000);
    expect([await lab.status('a'), await lab.status('b')]).toEqual(['completed', 'completed']);
    expect(await lab.incident('bad')).toContain('PAYLOAD_KEY_UNKNOWN: A payload');
    expect(lab.engine.resident).toBe(0);
    await expect(lab.engine.history('bad')).rejects.toMatchObject({ code: 'PAYLOAD_KEY_UNKNOWN' });
    await lab.open([Confidential], { ...options, codec: both });
    await lab.advance(2_000);
    expect(await lab.status('bad')).toBe('running');
    await lab.engine.signal('bad', 'say', ['go']);
    await lab.advance(3_700_000);
    expect(await lab.result(Confidential, 'bad')).toEqual({ kept: 'kept of bad', said: ['go'] });
    expect((await lab.eventsOf('IncidentOpened', 'bad')).length).toBe(1);
    await Promise.all([lab.engine.crash(), client.crash()]);
  });

  it('I2 is not claimed again and again, also with unread mail, and heals without a restart', async () => {
    let broken = false;
    let looks = 0;
    const codec: PayloadCodec = {
      encode: (payload) => ({ $t: 'mine', v: payload }),
      decode: (payload, { binding }) => {
        if (broken && binding.includes('SagaStarted')) looks++;
        if (broken) throw new Error('cannot');
        return (payload as { v: Json }).v;
      },
    };
    const lab = await opened(codec, { keep: '1s' });
    await lab.start(Confidential, { secret: 's', words: 1 });
    await lab.advance(5_000);
    expect(lab.engine.resident).toBe(0);
    broken = true;
    await lab.engine.signal('one', 'say', ['go']);
    await lab.advance(600_000);
    expect(await lab.incident()).toContain('PAYLOAD_UNREADABLE: A codec could not decode a stored payload: cannot');
    // Once a minute.
    expect(looks).toBeLessThan(12);
    broken = false;
    await lab.advance(4_000_000);
    expect(await lab.status()).toBe('completed');
    expect((await lab.eventsOf('IncidentOpened')).length).toBe(1);
    await lab.engine.crash();
  });

  it('M1 a message that cannot be read parks its instance, lets nothing overtake it, and is delivered when it can be', async () => {
    const lab = await opened(old);
    await lab.start(Confidential, { secret: 's', words: 4 });
    const stranger = await lab.second([], { codec: both });
    const client = await lab.second([], { codec: old });
    await client.signal('one', 'say', ['first']);
    await stranger.signal('one', 'say', ['second']);
    await client.signal('one', 'say', ['third']);
    await lab.advance(120_000);
    expect((await lab.eventsOf('SignalReceived')).map(({ input }) => input)).toEqual([['first']]);
    expect(await lab.incident()).toContain('PAYLOAD_KEY_UNKNOWN');
    expect(await lab.eventsOf('IncidentOpened')).toHaveLength(1);
    // A person may try, and sees that it did not help.
    await client.resume('one', 'anna');
    await lab.advance(2_000);
    expect(await lab.eventsOf('IncidentResolved')).toMatchObject([{ by: 'anna' }]);
    expect(await lab.incident()).toContain('PAYLOAD_KEY_UNKNOWN');
    await lab.open([Confidential], { ...options, codec: both });
    await client.signal('one', 'say', ['fourth']);
    await lab.advance(3_700_000);
    expect(await lab.result(Confidential)).toEqual({ kept: 'kept s', said: ['first', 'second', 'third', 'fourth'] });
    await Promise.all([lab.engine.crash(), client.crash(), stranger.crash()]);
  });

  it('I2 whoever waits for its result is told, and does not keep others waiting', async () => {
    const lab = await opened(both);
    await lab.start(Confidential, { secret: 's', words: 0 }, 'bad');
    await lab.advance(3_700_000);
    await lab.open([Confidential], { ...options, codec: old });
    const [bad, good] = [lab.engine.result('bad'), lab.engine.result('good', { timeout: '2 hours' })];
    bad.catch(() => undefined);
    good.catch(() => undefined);
    await lab.start(Confidential, { secret: 's', words: 0 }, 'good');
    const later = [lab.engine.result('bad'), lab.engine.result('good')];
    for (const one of later) one.catch(() => undefined);
    await lab.advance(3_700_000);
    await expect(later[0]).rejects.toMatchObject({ code: 'PAYLOAD_KEY_UNKNOWN' });
    await expect(later[1]).resolves.toEqual({ kept: 'kept s', said: [] });
    await lab.engine.crash();
  });
});

describe('I2 W6 an object store that is away', () => {
  const setUp = async () => {
    const bucket = new Bucket();
    const codec = [old, offload({ threshold: 300, put: bucket.put, get: bucket.get })];
    return { bucket, lab: await opened(codec, { keep: '1s' }), codec };
  };
  const large = 'L'.repeat(1_000);
  const away = () => {
    throw new Error('503');
  };

  it('W6 holds up only the turns that need it, and loses nothing', async () => {
    const { bucket, lab } = await setUp();
    bucket.before = away;
    const starting = lab.engine.start(definition, { secret: large, words: 0 }, { id: 'large' });
    await lab.start(Confidential, { secret: 'small', words: 0 }, 'small');
    await lab.advance(60_000);
    await lab.start(Confidential, { secret: 'small', words: 0 }, 'small too');
    await expect(starting).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(lab.warnings).toContain('A turn could not be prepared for the store; trying again.');
    expect(await lab.eventsOf('StepCompleted', 'small too')).toHaveLength(1);
    bucket.before = () => undefined;
    await lab.advance(3_700_000);
    expect(await lab.status('large')).toBe('completed');
    expect(await lab.result(Confidential, 'large')).toEqual({ kept: `kept ${large}`, said: [] });
    expect(await lab.status('small')).toBe('completed');
    await lab.engine.crash();
  });

  it('W6 waits for it before it takes up an instance; the others go on', async () => {
    const { bucket, lab } = await setUp();
    await lab.start(Confidential, { secret: large, words: 1 }, 'large');
    await lab.start(Confidential, { secret: 'small', words: 1 }, 'small');
    await lab.advance(5_000);
    expect(lab.engine.resident).toBe(0);
    bucket.before = away;
    for (const id of ['large', 'small']) await lab.engine.signal(id, 'say', ['go']);
    await lab.advance(60_000);
    expect(await lab.eventsOf('SignalReceived', 'small')).toHaveLength(1);
    expect(await lab.status('large')).toBe('running');
    expect(lab.warnings).toContain('An instance cannot be read; it is tried again later.');
    bucket.before = () => undefined;
    await lab.advance(3_700_000);
    expect([await lab.status('large'), await lab.status('small')]).toEqual(['completed', 'completed']);
    expect(await lab.eventsOf('IncidentOpened', 'large')).toEqual([]);
    await lab.engine.crash();
  });

  it('W6 M1 a message that is kept there waits for it, and is not lost', async () => {
    const { bucket, lab } = await setUp();
    await lab.start(Confidential, { secret: 's', words: 2 });
    bucket.before = (method) => (method === 'get' ? away() : undefined);
    await lab.engine.signal('one', 'say', [large]);
    await lab.engine.signal('one', 'say', ['after']);
    await lab.advance(30_000);
    expect(await lab.eventsOf('SignalReceived')).toEqual([]);
    expect(await lab.status()).toBe('running');
    bucket.before = () => undefined;
    await lab.advance(3_700_000);
    expect(await lab.result(Confidential)).toEqual({ kept: 'kept s', said: [large, 'after'] });
    await lab.engine.crash();
  });

  it('I2 an object that is gone is an incident, until it is back', async () => {
    const { bucket, lab } = await setUp();
    await lab.start(Confidential, { secret: large, words: 1 });
    await lab.advance(5_000);
    const backup = new Map(bucket.objects);
    bucket.objects.clear();
    await lab.engine.signal('one', 'say', ['go']);
    await lab.advance(5_000);
    expect(await lab.incident()).toContain('PAYLOAD_MISSING');
    for (const [key, bytes] of backup) bucket.objects.set(key, bytes);
    await lab.advance(3_700_000);
    expect(await lab.status()).toBe('completed');
    await lab.engine.crash();
  });

  it('I2 a turn that a codec refuses for good parks its instance, and no other', async () => {
    const refusing: PayloadCodec = {
      encode: (payload) => {
        if (payload === 'kept bad') throw new SagaError('INVALID_INPUT', 'Not this one.');
        return payload;
      },
      decode: (payload) => payload,
    };
    const lab = await opened(refusing);
    await Promise.all(['bad', 'good'].map((id) => lab.start(Confidential, { secret: id, words: 0 }, id)));
    await lab.advance(3_600_000);
    expect(await lab.incident('bad')).toBe(
      'APPEND_REJECTED: The store will not take a turn of this instance: Not this one.',
    );
    expect(await lab.status('good')).toBe('completed');
    await lab.engine.crash();
  });
});
