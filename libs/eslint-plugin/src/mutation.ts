import type { Variable } from './rule.js';
import { around, bare, memberName, nameOf, part, parts, type Syntax } from './syntax.js';

/** What of a variable is changed: a member of it by name, or the whole (`*`). */
export type Place = string;

const CHANGING = new Set('push pop shift unshift splice sort reverse fill copyWithin set add delete clear'.split(' '));
const COLLECTIONS = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array']);

/** What is changed where the identifier is used; undefined when it is only read there. */
export function mutationOf(identifier: Syntax, variable: Variable): Place | undefined {
  const path: string[] = [];
  let node = identifier;
  for (;;) {
    const { inner, outer } = around(node);
    if (!outer) return undefined;
    if (outer.type === 'MemberExpression' && outer['object'] === inner) {
      path.push(memberName(outer) ?? '*');
      node = outer;
      continue;
    }
    if (isWritten(inner, outer)) return path.length > 0 || isVariable(variable) ? (path[0] ?? '*') : undefined;
    const method = path.pop();
    const isCall = outer.type === 'CallExpression' && outer['callee'] === inner;
    if (!isCall || method === undefined || !CHANGING.has(method) || !isCollection(variable, path)) return undefined;
    return path[0] ?? '*';
  }
}

function isWritten(inner: Syntax, outer: Syntax): boolean {
  if (outer.type === 'AssignmentExpression') return outer['left'] === inner;
  if (outer.type === 'UpdateExpression') return true;
  return outer.type === 'UnaryExpression' && outer['operator'] === 'delete';
}

function isVariable({ defs }: Variable): boolean {
  return defs.some(({ type }) => type === 'Variable');
}

/** `set` and `add` are also names of what changes nothing: only collections that the file makes are meant. */
function isCollection({ defs }: Variable, path: readonly string[]): boolean {
  const [definition] = defs;
  let value = bare(part(definition?.node, 'init')) ?? definition?.node;
  for (const name of path) {
    const members =
      value?.type === 'ObjectExpression' ? parts(value, 'properties') : parts(part(value, 'body'), 'body');
    value = bare(
      part(
        members.find((member) => nameOf(part(member, 'key')) === name),
        'value',
      ),
    );
  }
  if (value?.type === 'ArrayExpression') return true;
  return value?.type === 'NewExpression' && COLLECTIONS.has(nameOf(part(value, 'callee')) ?? '');
}
