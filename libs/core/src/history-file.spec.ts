import type { Turn } from './event.js';
import { readHistories, writeHistory } from './history-file.js';
import { redactHistory } from './redacted-history.js';

const turns: Turn[] = [
  {
    at: 5,
    events: [
      {
        type: 'SagaStarted',
        saga: 'order',
        version: 2,
        engine: 1,
        input: {
          email: 'ada@example.org',
          total: -4_711,
          lines: [1, 12],
          at: { $t: 'd', v: '1979-05-06T07:08:09.000Z' },
        },
      },
      { type: 'StepScheduled', call: 0, step: 'charge', input: ['ada@example.org', { $t: 'b', v: '12345' }] },
    ],
  },
  {
    at: 6,
    events: [
      { type: 'OperatorActed', action: 'fail', by: 'anna', reason: 'she said so', call: 0 },
      {
        type: 'StepFailed',
        call: 0,
        attempt: 1,
        kind: 'declared',
        error: { name: 'Declined', message: 'card 4111', code: 'DECLINED', data: { card: '4111' }, stack: 'at pay()' },
      },
    ],
  },
];
const file = { id: 'order-17', run: 'r-1', saga: 'order', version: 2, turns };

describe('a history file', () => {
  it('reads as it was written, a turn on each line', () => {
    const text = writeHistory(file);
    expect(readHistories(text, 'a.json')).toEqual([file]);
    expect(text.split('\n')).toHaveLength(2 + turns.length + 1);
  });

  it('may be an object with id, run and turns, or several as runs', () => {
    const { id, run } = file;
    expect(readHistories(JSON.stringify({ id, run, turns }), 'a.json')).toEqual([file]);
    expect(readHistories(JSON.stringify({ release: '0.1.0', runs: [file, file] }), 'a.json')).toEqual([file, file]);
  });

  it.each([
    ['{"id":"a","turns":[', 'is not whole, or no JSON'],
    ['[]', 'is JSON, but no history'],
    ['{"format":"other/1"}', 'is JSON, but no history'],
    ['{"id":"a","turns":[]}', 'has no "run"'],
    ['{"id":"a","run":"r","turns":[]}', 'has no turns'],
    ['{"id":"a","run":"r","turns":[{"at":1,"events":[{}]}]}', 'has an event without a type'],
    ['{"id":"a","run":"r","turns":[{"at":1,"events":[{"type":"SagaBegan"}]}]}', 'does not begin with a start'],
  ])('is refused in words: %s', (text, says) => {
    expect(() => readHistories(text, 'a.json')).toThrow(`a.json ${says}.`);
  });

  it('of a newer format is not guessed at', () => {
    expect(() => readHistories('{"format":"reprise.history/2"}', 'a.json')).toThrow(
      expect.objectContaining({ code: 'HISTORY_TOO_NEW' }),
    );
  });
});

describe('a redacted history', () => {
  const pseudonym = (text: string): string => `~${text.length}`;

  it('has names, keys, lengths and rough values only', () => {
    expect(redactHistory(file, { pseudonym })).toEqual({
      id: '~8',
      run: 'r-1',
      saga: 'order',
      version: 2,
      redacted: true,
      turns: [
        {
          at: 5,
          events: [
            {
              type: 'SagaStarted',
              saga: 'order',
              version: 2,
              engine: 1,
              input: { email: '~15', total: -1_000, lines: [1, 10], at: { $t: 'd', v: '1979-01-01T00:00:00.000Z' } },
            },
            { type: 'StepScheduled', call: 0, step: 'charge', input: ['~15', { $t: 'b', v: '10000' }] },
          ],
        },
        {
          at: 6,
          events: [
            { type: 'OperatorActed', action: 'fail', by: '~4', reason: '~11', call: 0 },
            {
              type: 'StepFailed',
              call: 0,
              attempt: 1,
              kind: 'declared',
              error: { name: 'Declined', message: '~9', code: 'DECLINED', data: { card: '~4' } },
            },
          ],
        },
      ],
    });
  });

  it('keeps what is named, and only that', () => {
    const [first] = redactHistory(file, { pseudonym, keep: ['total', 'data.card'] }).turns;
    expect(first!.events[0]).toMatchObject({ input: { email: '~15', total: -4_711, lines: [1, 10] } });
  });

  it('is refused where a codec wrote a payload', () => {
    const encrypted = [{ at: 1, events: [{ ...turns[0]!.events[0]!, input: { $t: 'x', v: 'AAAA' } }] }] as Turn[];
    expect(() => redactHistory({ ...file, turns: encrypted }, { pseudonym })).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_UNREADABLE' }),
    );
  });
});
