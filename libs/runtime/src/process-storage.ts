import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The storage of that name, one for the whole process however many copies of this module there are: Node hands every storage that is in use
 * on with every promise, so that a hundred of them, from a test runner that loads modules anew for each file, make all code slow. And an
 * ESM and a CommonJS copy of this package then agree on what is running.
 */
export function processStorage<T>(name: string): AsyncLocalStorage<T> {
  const key = Symbol.for(`reprise:storage:${name}`);
  // The class is the only thing that all copies share: test runners give each file a `globalThis` and a `process` of its own.
  const shared = AsyncLocalStorage as unknown as Record<symbol, AsyncLocalStorage<T> | undefined>;
  return (shared[key] ??= new AsyncLocalStorage<T>());
}
