import type { Origin } from '../origin.js';
import type { Fix, SourceCode } from '../rule.js';
import { contextAt } from '../saga-context.js';
import { part, parts, type Syntax } from '../syntax.js';
import { outside } from './outside.js';

/** The time of day is another one in each replay. */
export const noClock = outside({
  description: 'disallow reading the clock in code that is replayed',
  message: '{{name}} reads the clock: a replay gets another time. Use saga.now(), or read the time in a @Step().',
  globals: ['Date', 'performance', 'Temporal.Now', 'process.hrtime', 'process.uptime'],
  modules: { perf_hooks: /^performance$/, process: /^(hrtime|uptime)$/ },
  unless: ({ module, path, node }) => module === undefined && path[0] === 'Date' && !readsTime(node, path[1]),
  fix: now,
});

function readsTime(node: Syntax, member: string | undefined): boolean {
  if (member !== undefined) return member === 'now';
  if (part(node.parent, 'callee') !== node) return false;
  return node.parent?.type === 'CallExpression' || parts(node.parent, 'arguments').length === 0;
}

/** `Date.now()` and `new Date()`, where the context is at hand. */
function now({ path, node }: Origin, source: SourceCode): Fix | undefined {
  const call = node.parent;
  const saga = contextAt(source, node);
  if (saga === undefined || path[0] !== 'Date' || !call || part(call, 'callee') !== node) return undefined;
  if (call.type === 'NewExpression') return (fixer) => fixer.replaceText(call, `${saga}.now()`);
  return path[1] === 'now' ? (fixer) => fixer.replaceText(call, `${saga}.now().getTime()`) : undefined;
}
