/** SQLSTATE classes that pass by themselves: connection, resources, operator intervention. */
const TRANSIENT_CLASSES = new Set(['08', '53', '57']);
const TRANSIENT_STATES = new Set([
  '40001', // serialisation failure
  '40P01', // deadlock
  '55P03', // lock not available
  '25006', // read only: the old primary after a failover
  '26000', // prepared statement unknown: a pooler switched connections
]);
const SOCKET_CODES = /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND|ADDR)|ERR_SOCKET|ERR_STREAM)/;
/** What `pg` says without a code when a connection is lost, refused or too slow. */
const DRIVER_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout e(xceeded|xpired)|Query read timeout|Cannot use a pool after calling end|Client network socket disconnected)/i;

/**
 * True for errors that pass without anybody changing the data: lost and refused connections, timeouts, shutdown and failover,
 * deadlocks, exhausted resources. The same call may be made again.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, routine } = error as { code?: unknown; message?: unknown; routine?: unknown };
  // "Cached plan must not change result type": the schema was just migrated; the next connection plans anew.
  if (routine === 'RevalidateCachedQuery') return true;
  if (typeof code === 'string') {
    if (/^[0-9A-Z]{5}$/.test(code) && !SOCKET_CODES.test(code)) {
      return TRANSIENT_CLASSES.has(code.slice(0, 2)) || TRANSIENT_STATES.has(code);
    }
    return SOCKET_CODES.test(code);
  }
  return typeof message === 'string' && DRIVER_MESSAGES.test(message);
}
