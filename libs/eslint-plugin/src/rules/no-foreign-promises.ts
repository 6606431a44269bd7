import { originOf } from '../origin.js';
import { isCombination } from '../promises.js';
import { replayedCode } from '../replayed-code.js';
import type { Problem, Rule, SourceCode } from '../rule.js';
import { isContext } from '../saga-context.js';
import { bare, isCallOf, isReference, memberName, nameOf, part, parts, walk, type Syntax } from '../syntax.js';

/** The engine knows of its own promises only: in a replay another one settles at another time, and the winner is another. */
export const noForeignPromises: Rule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow promises that are not of the saga in Promise.race, all, any and allSettled, and in await',
    },
    messages: {
      foreign:
        '{{name}} is no promise of the saga: in a replay it settles at another time than it did. Await steps, saga.sleep() and saga.until() only.',
    },
    schema: [],
  },
  create: (context) => ({
    'Program:exit'() {
      for (const node of replayedCode(context.sourceCode).flatMap(({ nodes }) => nodes)) {
        for (const awaited of awaitedBy(node)) {
          const name = foreign(context.sourceCode, awaited, node.type === 'AwaitExpression');
          if (name === undefined) continue;
          const problem: Problem = { node: awaited, messageId: 'foreign', data: { name } };
          context.report(problem as never);
        }
      }
    },
  }),
};

function awaitedBy(node: Syntax): readonly Syntax[] {
  if (node.type === 'AwaitExpression') return [part(node, 'argument')!];
  const callee = isCallOf(node);
  if (callee?.type !== 'MemberExpression' || nameOf(part(callee, 'object')) !== 'Promise') return [];
  return isCombination(memberName(callee)) ? parts(parts(node, 'arguments')[0], 'elements') : [];
}

/** What comes from elsewhere and was given nothing of the saga to work with. Without types more cannot be known. */
function foreign(source: SourceCode, node: Syntax, isAwait: boolean): string | undefined {
  const expression = bare(node);
  if (expression?.type === 'NewExpression')
    return nameOf(part(expression, 'callee')) === 'Promise' ? 'new Promise()' : undefined;
  const callee = isCallOf(expression);
  if (!expression || !callee || isAwait) return undefined;
  let root: Syntax | undefined = callee;
  while (root?.type === 'MemberExpression' || root?.type === 'CallExpression') {
    root = bare(part(root, root.type === 'MemberExpression' ? 'object' : 'callee'));
  }
  const origin = root?.type === 'Identifier' ? originOf(source, root) : undefined;
  if (!origin?.module || touchesSaga(source, expression)) return undefined;
  return `${origin.path.join('.')}()`;
}

function touchesSaga(source: SourceCode, expression: Syntax): boolean {
  for (const node of walk(expression)) {
    if (node.type === 'ThisExpression') return true;
    if (isReference(node) && isContext(source, node)) return true;
  }
  return false;
}
