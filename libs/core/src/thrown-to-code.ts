const thrown = new WeakSet<object>();

/** Notes that the engine throws this error to a saga's code. */
export function throwToCode<E extends Error>(error: E): E {
  thrown.add(error);
  return error;
}

/**
 * True for an error that the engine threw to a saga's code. When one of these comes back as an unhandled rejection, a branch of the
 * code was left alone that nobody awaits: the instance is well, and its process need not die of it.
 */
export function wasThrownToCode(error: unknown): boolean {
  return typeof error === 'object' && error !== null && thrown.has(error);
}
