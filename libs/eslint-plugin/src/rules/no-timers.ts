import type { Origin } from '../origin.js';
import type { Fix, SourceCode } from '../rule.js';
import { contextAt } from '../saga-context.js';
import { part, parts } from '../syntax.js';
import { outside } from './outside.js';

/** A timer of the process is gone when the process is. */
export const noTimers = outside({
  description: 'disallow timers of the process in code that is replayed',
  message:
    '{{name}} is a timer of this process: it is gone after a restart and is not replayed. Use saga.sleep(), saga.until() or saga.withTimeout().',
  globals: ['setTimeout', 'setInterval', 'setImmediate', 'AbortSignal.timeout', 'process.nextTick'],
  modules: {
    timers: /^(set|promises|default)/,
    'timers/promises': /^(set|scheduler|default)/,
    process: /^nextTick$/,
    rxjs: /^(timer|interval)$/,
  },
  fix: slept,
});

/** `await setTimeout(100)` of `node:timers/promises`, where the context is at hand. */
function slept({ module, path, node }: Origin, source: SourceCode): Fix | undefined {
  const call = node.parent;
  const saga = contextAt(source, node);
  if (saga === undefined || module !== 'timers/promises' || path[0] !== 'setTimeout') return undefined;
  if (call?.type !== 'CallExpression' || part(call, 'callee') !== node || parts(call, 'arguments').length !== 1)
    return undefined;
  return (fixer) => fixer.replaceText(node, `${saga}.sleep`);
}
