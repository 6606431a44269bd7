import {
  cueOperation,
  DELIVERY_INQUIRY,
  INQUIRY_LIMIT,
  type RequestTrace,
  type StepCommand,
  type StepTransport,
} from 'reprise/core';
import type { DeliveryRecord } from './delivery-record.js';
import { uuidV7 } from './uuid-v7.js';

/**
 * Asks the participants what they know of requests that nobody has answered here, all at once. A service that does not answer in time, or
 * cannot be asked, is `silent`.
 * @param patience milliseconds
 */
export async function askParticipants(
  transport: StepTransport,
  records: readonly DeliveryRecord[],
  patience: number,
): Promise<DeliveryRecord[]> {
  const services = new Set(records.filter(isOpen).map(({ service }) => service!));
  const known = new Map<string, RequestTrace>();
  await Promise.all(
    [...services].map(async (service) => {
      const keys = records.filter((record) => isOpen(record) && record.service === service).map(({ key }) => key);
      const traces = await ask(transport, service, keys.slice(0, INQUIRY_LIMIT), patience).catch(() => []);
      for (const trace of traces) known.set(trace.key, trace);
    }),
  );
  return records.map((record) => (isOpen(record) ? withTrace(record, known.get(record.key)) : record));
}

function isOpen({ state, service }: DeliveryRecord): boolean {
  return state !== 'answered' && service !== undefined;
}

async function ask(
  transport: StepTransport,
  service: string,
  keys: readonly string[],
  patience: number,
): Promise<readonly RequestTrace[]> {
  const deadline = Date.now() + patience;
  const inquiry: StepCommand = {
    address: { service, operation: cueOperation(DELIVERY_INQUIRY) },
    saga: '',
    instance: '',
    run: '',
    step: DELIVERY_INQUIRY,
    call: 0,
    attempt: 1,
    key: uuidV7(),
    deadline,
    input: { keys },
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it did not answer')), patience);
  });
  try {
    const reply = await Promise.race([transport.send(inquiry, deadline), late]);
    return reply.outcome === 'completed' && Array.isArray(reply.result) ? (reply.result as RequestTrace[]) : [];
  } finally {
    clearTimeout(timer);
  }
}

function withTrace(record: DeliveryRecord, trace: RequestTrace | undefined): DeliveryRecord {
  if (!trace) return { ...record, participant: 'silent' };
  const { state, received, handled } = trace;
  const times = {
    ...(received === undefined ? {} : { receivedAt: new Date(received) }),
    ...(handled === undefined ? {} : { handledAt: new Date(handled) }),
  };
  const asked = { ...record, ...times, participant: state };
  if (state === 'handling') return { ...asked, state: 'received' };
  return state === 'answered' ? { ...asked, state: 'handled' } : asked;
}
