import type { DeliveryRecord } from './delivery-record.js';
import { ago, type Holder } from './holder.js';

/** Who has a request or a cue that has no answer yet. */
export function holderOf(record: DeliveryRecord, now: number): Holder {
  const { kind, call, name, service, operation, attempt, retryAt, error } = record;
  const facts = { call, name, attempt, ...(service === undefined ? {} : { service, operation: operation! }) };
  const what = kind === 'cue' ? `event \`${name}\`` : `\`${service === undefined ? name : `${service}.${operation}`}\``;
  const who = service ?? record.subscriber ?? 'the other service';
  const { receivedAt, handledAt, sentAt, queuedAt } = record;
  switch (record.state) {
    case 'handled':
      return holder(
        'service',
        facts,
        handledAt,
        `${who} has handled ${what}${when(handledAt, now)}, and its answer has not come; the next attempt gets it`,
      );
    case 'received':
      return holder(
        'service',
        facts,
        receivedAt,
        `${who} received ${what}${when(receivedAt, now)} and has not answered`,
      );
    case 'sent':
      return holder(
        'way',
        facts,
        sentAt,
        `${what} was sent to ${who}${when(sentAt, now)} (attempt ${attempt})${saysOf(record, who)}`,
      );
    case 'unknown':
      return holder(
        'person',
        facts,
        queuedAt,
        `${what} was given up without an answer${heard(error)}${saysOf(record, who)}`,
      );
    default:
  }
  if (retryAt && retryAt.getTime() > now) {
    const words = `nobody: ${what} waits for its next attempt at ${retryAt.toISOString()}${heard(error)}${saysOf(record, who)}`;
    return { ...holder('retry', facts, queuedAt, words), until: retryAt };
  }
  const since = retryAt ?? queuedAt;
  return holder(
    'worker',
    facts,
    since,
    `a worker: ${what} (attempt ${attempt}) waits to be sent since ${since.toISOString()}, or was sent just now${saysOf(record, who)}`,
  );
}

function holder(
  kind: Holder['holder'],
  facts: Pick<Holder, 'call' | 'name' | 'service' | 'operation' | 'attempt'>,
  since: Date | undefined,
  words: string,
): Holder {
  return { holder: kind, words, ...facts, ...(since === undefined ? {} : { since }) };
}

function when(at: Date | undefined, now: number): string {
  return at === undefined ? '' : ` ${ago(at, now)}`;
}

function heard(error: DeliveryRecord['error']): string {
  return error === undefined ? '' : `; last heard: ${error.code ?? error.name}`;
}

/** What the participant says that changes nobody's mind. */
function saysOf({ participant }: DeliveryRecord, who: string): string {
  switch (participant) {
    case 'absent':
      return `; ${who} has no trace of it`;
    case 'undone':
      return `; ${who} has undone it`;
    case 'silent':
      return `; ${who} cannot say whether it has it`;
    default:
      return '';
  }
}
