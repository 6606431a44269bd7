import { OwnPromises } from '../promises.js';
import { replayedCode } from '../replayed-code.js';
import { variableOf, type Problem, type Rule, type SourceCode } from '../rule.js';
import { isFunction, part, parts, type Syntax } from '../syntax.js';

/** A step that nobody awaits may be given up when run() ends, and its error is lost. */
export const noFloatingSteps: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'require that steps and timers of the saga are awaited' },
    hasSuggestions: true,
    messages: {
      floating: 'Nobody awaits {{name}}: its error is lost, and it is given up when run() ends. Await it.',
      unused: 'Nobody awaits {{name}}, which is kept in "{{variable}}". Await it.',
      await: 'Await it here.',
    },
    schema: [],
  },
  create: (context) => ({
    'Program:exit'() {
      const source = context.sourceCode;
      const report = (problem: Problem): void => context.report(problem as never);
      for (const code of replayedCode(source)) {
        const promises = new OwnPromises(source, code);
        for (const node of code.nodes) {
          for (const statement of node.type === 'ExpressionStatement' ? values(part(node, 'expression')) : []) {
            const name = promises.unheard(statement);
            if (name === undefined) continue;
            const suggest = canAwait(statement) ? { suggest: [{ messageId: 'await', fix: awaiting(statement) }] } : {};
            report({ node: statement, messageId: 'floating', data: { name }, ...suggest });
          }
          const variable = unusedVariable(source, node);
          const name = variable === undefined ? undefined : promises.unheard(part(node, 'init'));
          if (name !== undefined) report({ node, messageId: 'unused', data: { name, variable: variable! } });
        }
      }
    },
  }),
};

/** What an expression comes to when nobody takes its value: `a && b`, `a ? b : c`, `(a, b)`. */
function values(node: Syntax | undefined): readonly Syntax[] {
  if (!node) return [];
  if (node.type === 'ChainExpression') return values(part(node, 'expression'));
  if (node.type === 'LogicalExpression') return values(part(node, 'right'));
  if (node.type === 'ConditionalExpression')
    return [...values(part(node, 'consequent')), ...values(part(node, 'alternate'))];
  if (node.type === 'SequenceExpression') return parts(node, 'expressions').flatMap(values);
  return [node];
}

function unusedVariable(source: SourceCode, node: Syntax): string | undefined {
  const id = node.type === 'VariableDeclarator' ? part(node, 'id') : undefined;
  if (id?.type !== 'Identifier') return undefined;
  const variable = variableOf(source, id);
  return variable && !variable.references.some((reference) => reference.isRead()) ? variable.name : undefined;
}

function canAwait(node: Syntax): boolean {
  if (node.parent?.type === 'ChainExpression') return false;
  for (let level = node.parent; level; level = level.parent) if (isFunction(level)) return level['async'] === true;
  return false;
}

function awaiting(node: Syntax) {
  return (fixer: { insertTextBefore(node: Syntax, text: string): unknown }) => fixer.insertTextBefore(node, 'await ');
}
