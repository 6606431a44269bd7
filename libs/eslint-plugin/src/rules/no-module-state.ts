import { mutationOf, type Place } from '../mutation.js';
import { replayedCode } from '../replayed-code.js';
import { variableOf, type Problem, type Rule, type Variable } from '../rule.js';
import { isReference, type Syntax } from '../syntax.js';

/** What the module keeps is shared by all instances, and empty after a restart. */
export const noModuleState: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'disallow state of the module in code that is replayed' },
    messages: {
      changed:
        '"{{name}}" belongs to the module: all instances share it, and each replay changes it again. Keep it in a field of the saga.',
      read: '"{{name}}" changes while the process runs: a replay reads another value. Keep it in a field, or read it in a @Step().',
    },
    schema: [],
  },
  create: (context) => ({
    'Program:exit'() {
      const source = context.sourceCode;
      const reported = new Set<Syntax>();
      const report = (problem: Problem): void => context.report(problem as never);
      for (const node of replayedCode(source).flatMap(({ nodes }) => nodes)) {
        if (!isReference(node) || reported.has(node)) continue;
        const variable = variableOf(source, node);
        if (!variable || !isShared(variable)) continue;
        reported.add(node);
        const name = variable.name;
        const changed = mutationOf(node, variable);
        if (changed) report({ node, messageId: 'changed', data: { name } });
        else if (changesLater(variable, placeOf(node))) report({ node, messageId: 'read', data: { name } });
      }
    },
  }),
};

/** A class has a name of its own in its body, apart from the one outside. */
function isShared({ scope, defs }: Variable): boolean {
  return /^(module|global)$/.test(scope.type) || defs[0]?.type === 'ClassName';
}

/** The member that is read, `Orders.count`; undefined where the whole is. */
function placeOf(node: Syntax): Place {
  const member = node.parent?.type === 'MemberExpression' && node.parent['object'] === node ? node.parent : undefined;
  const property = member?.['property'] as Syntax | undefined;
  return member && member['computed'] !== true ? String(property?.['name']) : '*';
}

/** Whether a function changes what is read here. What the module sets up while it loads is the same in each process. */
function changesLater(variable: Variable, read: Place): boolean {
  return variable.references.some(({ identifier }) => {
    const place = isInFunction(identifier) ? mutationOf(identifier, variable) : undefined;
    return place !== undefined && (place === '*' || read === '*' || place === read);
  });
}

function isInFunction(node: Syntax): boolean {
  for (let level = node.parent; level; level = level.parent) if (/Function/.test(level.type)) return true;
  return false;
}
