import { types } from 'node:util';
import { DeliveryFailure } from './delivery-failure.js';
import type { DeliveryProblem } from './service-dialect.js';

const CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const LOST = /^(connection closed|the net socket is closed)/i;
const NO_HANDLER = /no matching message handler/i;
/** What Nest's broker clients reject with, as a bare string, while they reconnect. */
const RECONNECTING = 'Error: Connection lost. Trying to reconnect...';

/**
 * Failures of a socket, and Nest's answer to a pattern that nobody listens to.
 * Real errors arise on this side; what a service sent is a string or a plain object, whatever codes it holds.
 */
export function networkProblem(failure: unknown): DeliveryProblem | undefined {
  if (typeof failure === 'string') return NO_HANDLER.test(failure) ? 'NO_HANDLER' : undefined;
  if (!types.isNativeError(failure)) return undefined;
  return CODES.has((failure as { code?: unknown }).code) || LOST.test(failure.message)
    ? 'SERVICE_UNREACHABLE'
    : undefined;
}

/** The same for a transport with a broker, whose drivers have too many errors of their own to list. */
export function brokerProblem(failure: unknown): DeliveryProblem | undefined {
  if (failure instanceof DeliveryFailure) return failure.problem;
  if (failure === RECONNECTING) return 'SERVICE_UNREACHABLE';
  if (typeof failure === 'string') return networkProblem(failure);
  return types.isNativeError(failure) ? 'SERVICE_UNREACHABLE' : undefined;
}
