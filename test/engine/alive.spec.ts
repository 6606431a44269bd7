import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const libs = path.resolve('dist/libs');

/** A process that runs a worker and nothing else: no server, no connection. */
const PROGRAM = `
import { Saga, sagaDefinition } from '${libs}/decorators/src/index.js';
import { SagaEngine, SystemClock } from '${libs}/runtime/src/index.js';
import { MemoryStore } from '${libs}/testing/src/index.js';

class Idle {
  async run() {}
}
Saga({ name: 'idle' })(Idle);

class Counting extends MemoryStore {
  beats = 0;
  async heartbeat(...args) {
    if (++this.beats === 5) console.log('beats');
    return super.heartbeat(...args);
  }
}
const engine = new SagaEngine({ store: new Counting(new SystemClock()), lease: 60 });
engine.host({ definition: sagaDefinition(Idle), perform: async () => undefined });
await engine.open();
process.on('SIGTERM', () => engine.close());
`;

it('W6 a process that runs a worker stays alive with nothing else open, and ends when the worker has stopped', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(String(said)).toBe('beats\n');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
