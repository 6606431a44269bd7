import { AsyncLocalStorage } from 'node:async_hooks';
import { processStorage } from './process-storage.js';

describe('a storage of the process', () => {
  it('is one for each name, kept where every copy of the module finds it', () => {
    const storage = processStorage<string>('spec');
    expect(storage.run('here', () => processStorage<string>('spec').getStore())).toBe('here');
    expect(storage.run('here', () => processStorage<string>('other').getStore())).toBeUndefined();
    const shared = AsyncLocalStorage as unknown as Record<symbol, unknown>;
    expect(shared[Symbol.for('reprise:storage:spec')]).toBe(storage);
  });
});
