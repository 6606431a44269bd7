import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const libs = path.resolve('dist/libs');

/** A process that hosts a saga whose code leaves branches alone, cancels it, and says how it ended. */
const PROGRAM = `
import { Saga, sagaDefinition, Step } from '${libs}/decorators/src/index.js';
import { SagaEngine } from '${libs}/runtime/src/index.js';
import { MemoryStore } from '${libs}/testing/src/index.js';
import { SystemClock } from '${libs}/runtime/src/index.js';

class Careless {
  async slow() {}
  async branch(saga) {
    await saga.sleep('1 day');
  }
  async run(_input, saga) {
    const left = this.branch(saga);
    saga.withTimeout(1, () => saga.sleep('1 day'));
    saga.scope((scope) => {
      saga.shielded(() => this.branch(saga));
      const inside = this.branch(saga);
      scope.cancel();
      return inside;
    });
    await saga.sleep(5);
    timeIsUp();
    await saga.sleep('1 hour');
    await left;
  }
}
Step()(Careless.prototype, 'slow', Object.getOwnPropertyDescriptor(Careless.prototype, 'slow'));
Saga({ name: 'careless' })(Careless);

let timeIsUp;
const isUp = new Promise((resolve) => (timeIsUp = resolve));
const engine = new SagaEngine({ store: new MemoryStore(new SystemClock()), lease: Infinity });
const definition = sagaDefinition(Careless);
engine.host({ definition, perform: async () => undefined });
await engine.open();
const other = new SagaEngine({ store: new MemoryStore(new SystemClock()), lease: Infinity });
await other.open();
const alive = setInterval(() => undefined, 1000);
const id = await engine.start(definition, undefined);
await isUp;
await engine.cancel(id);
const ended = await engine.result(id).catch((error) => error.name);
setImmediate(async () => {
  console.log(ended);
  if (process.env.FOREIGN) Promise.reject(new Error('of somebody else'));
  setTimeout(async () => {
    await engine.close();
    await other.close();
    clearInterval(alive);
    console.log('alive');
  }, 20);
});
`;

describe('a promise in a saga that nobody awaits', () => {
  it('C7 does not end the process when a cancellation rejects it, of the instance, of a scope or by a time limit', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', PROGRAM]);
    expect(stdout.split('\n')).toEqual(['SagaCancelledError', 'alive', '']);
  });

  it('leaves rejections of others to end the process, as Node has it, also with two engines open', async () => {
    const env = { ...process.env, FOREIGN: '1', NODE_OPTIONS: '' };
    const ended = await run(process.execPath, ['--input-type=module', '-e', PROGRAM], { env }).catch(
      (error: unknown) => error,
    );
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('of somebody else') });
  });
});
