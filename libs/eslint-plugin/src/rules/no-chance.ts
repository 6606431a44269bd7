import type { Origin } from '../origin.js';
import type { Fix, SourceCode } from '../rule.js';
import { contextAt } from '../saga-context.js';
import { part, parts } from '../syntax.js';
import { outside } from './outside.js';

/** Random numbers and identifiers are others in each replay. Hashes are not chance. */
export const noChance = outside({
  description: 'disallow random numbers and identifiers in code that is replayed',
  message:
    '{{name}} is another value in each replay. Use saga.random() or saga.uuid(), or draw it in a @Step() and return it.',
  globals: ['Math.random', 'crypto'],
  modules: {
    crypto: /^(random|generate|getRandom|webcrypto|subtle|default|create(ECDH|DiffieHellman))/,
    uuid: /^v[1467]$/,
    nanoid: /^(nanoid|customAlphabet|default)$/,
    ulid: /^(ulid|monotonicFactory|default)$/,
    '@paralleldrive/cuid2': /^(createId|init)$/,
  },
  fix: drawn,
});

/** `Math.random()` and `randomUUID()`, where the context is at hand. */
function drawn({ path, node }: Origin, source: SourceCode): Fix | undefined {
  const call = node.parent;
  const saga = contextAt(source, node);
  const name = path.at(-1);
  const method = name === 'random' ? 'random' : name === 'randomUUID' ? 'uuid' : undefined;
  if (saga === undefined || !method || call?.type !== 'CallExpression' || part(call, 'callee') !== node)
    return undefined;
  if (parts(call, 'arguments').length > 0) return undefined;
  return (fixer) => fixer.replaceText(call, `${saga}.${method}()`);
}
