import { replayedCode } from '../replayed-code.js';
import type { Problem, Rule } from '../rule.js';
import { isReference, nameOf, ownMember, part, parts, walk, type Syntax } from '../syntax.js';

/** The object that runs `run()` has no services: the engine refuses them there with INJECTED_SERVICE_TOUCHED (law D6). */
export const noInjectedServices: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'disallow injected services outside of the bodies of steps' },
    messages: {
      touched:
        'this.{{name}} is an injected service: run(), signals, updates and queries have none. Use it in a @Step().',
      parameter: '{{name}} is an injected service: it cannot be used while an instance is made. Use it in a @Step().',
    },
    schema: [],
  },
  create: (context) => ({
    'Program:exit'() {
      const report = (problem: Problem): void => context.report(problem as never);
      for (const { saga, members, nodes } of replayedCode(context.sourceCode)) {
        for (const node of nodes) {
          const name = ownMember(node);
          if (node.type !== 'MemberExpression' || name === undefined || !saga.services.has(name)) continue;
          if (!isAssigned(node)) report({ node, messageId: 'touched', data: { name } });
        }
        for (const node of nodes) {
          if (node.type !== 'VariableDeclarator' || part(node, 'init')?.type !== 'ThisExpression') continue;
          for (const property of parts(part(node, 'id'), 'properties')) {
            const name = nameOf(part(property, 'key'));
            if (name !== undefined && saga.services.has(name))
              report({ node: property, messageId: 'touched', data: { name } });
          }
        }
        const made = members.find(({ node }) => node['kind'] === 'constructor');
        for (const node of usesOfParameters(part(made?.node, 'value'))) {
          report({ node, messageId: 'parameter', data: { name: nameOf(node)! } });
        }
      }
    },
  }),
};

/** `this.gateway = gateway` carries the service; it does not use it. */
function isAssigned(node: Syntax): boolean {
  return node.parent?.type === 'AssignmentExpression' && node.parent['left'] === node;
}

/** A member of a parameter of the constructor, or a call of it. Carrying one about is allowed. */
function* usesOfParameters(constructor: Syntax | undefined): Generator<Syntax> {
  const body = part(constructor, 'body');
  if (!body) return;
  const names = new Set(
    parts(constructor, 'params').map((parameter) => {
      const given = part(parameter, 'parameter') ?? parameter;
      return nameOf(given.type === 'AssignmentPattern' ? part(given, 'left') : given);
    }),
  );
  for (const node of walk(body)) {
    if (!isReference(node) || !names.has(nameOf(node))) continue;
    const { parent } = node;
    if (parent?.type === 'MemberExpression' ? parent['object'] === node : parent?.['callee'] === node) yield node;
  }
}
