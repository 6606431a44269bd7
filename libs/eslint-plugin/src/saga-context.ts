import { variableNamed, variableOf, type SourceCode } from './rule.js';
import { parameterName } from './saga-class.js';
import { isFunction, nameOf, part, parts, type Syntax } from './syntax.js';

/** Calls of the context that answer a promise. */
const WAITING = new Set('sleep until call child scope shielded withTimeout compensate continueAsNew'.split(' '));

/** Whether an identifier is the context: the second parameter of `run`, or a parameter whose type says so. */
export function isContext(source: SourceCode, identifier: Syntax): boolean {
  const definition = variableOf(source, identifier)?.defs[0];
  if (definition?.type !== 'Parameter') return false;
  return isContextParameter(definition.node, nameOf(identifier));
}

export function isWaitingCall(source: SourceCode, callee: Syntax): boolean {
  if (callee.type !== 'MemberExpression') return false;
  const context = part(callee, 'object');
  if (context?.type !== 'Identifier' || !isContext(source, context)) return false;
  return WAITING.has(nameOf(part(callee, 'property')) ?? '');
}

/** The name of the context where the node stands, if it has one there that nothing hides. */
export function contextAt(source: SourceCode, node: Syntax): string | undefined {
  for (let level: Syntax | undefined = node; level; level = level.parent) {
    if (!isFunction(level)) continue;
    for (const parameter of parts(level, 'params')) {
      const name = parameterName(parameter);
      if (name === undefined || !isContextParameter(level, name)) continue;
      const seen = variableNamed(source, node, name);
      if (seen?.defs[0]?.node === level) return name;
    }
  }
  return undefined;
}

function isContextParameter(owner: Syntax, name: string | undefined): boolean {
  const at = parts(owner, 'params').findIndex((parameter) => parameterName(parameter) === name);
  const parameter = parts(owner, 'params')[at];
  if (name === undefined || !parameter) return false;
  const named = part(part(part(parameter, 'typeAnnotation'), 'typeAnnotation'), 'typeName');
  if (named) return nameOf(named) === 'SagaContext';
  const method = owner.parent;
  return at === 1 && method?.type === 'MethodDefinition' && nameOf(part(method, 'key')) === 'run';
}
