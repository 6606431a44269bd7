import { replayedCode } from '../replayed-code.js';
import type { Problem, Rule } from '../rule.js';
import { part } from '../syntax.js';

const SYNCHRONOUS = new Set(['Signal', 'Query', 'UpdateValidator']);

/** Signals change fields and queries read them; only run() and updates wait. */
export const noAsyncHandlers: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'disallow asynchronous signals, queries and validators of updates' },
    messages: {
      asynchronous:
        '@{{decorator}}() {{name}}() is asynchronous. Make it synchronous: let it change or read fields, and wait in run().',
    },
    schema: [],
  },
  create: (context) => ({
    'Program:exit'() {
      for (const { members } of replayedCode(context.sourceCode)) {
        for (const { name, node, decorators } of members) {
          const body = part(node, 'value');
          const decorator = decorators.find((found) => SYNCHRONOUS.has(found));
          if (!decorator || (body?.['async'] !== true && body?.['generator'] !== true)) continue;
          const problem: Problem = { node: part(node, 'key')!, messageId: 'asynchronous', data: { decorator, name } };
          context.report(problem as never);
        }
      }
    },
  }),
};
