import { variableOf, type SourceCode } from './rule.js';
import { around, memberName, nameOf, part, type Syntax } from './syntax.js';

/** Where a value comes from that is used by name: a global or a module, and the members on the way to it. */
export interface Origin {
  /** The name of a module without `node:`; undefined for globals. */
  readonly module: string | undefined;
  readonly path: readonly string[];
  /** The whole of what is used: `Date.now` and not only `Date`. */
  readonly node: Syntax;
}

const GLOBAL_OBJECTS = new Set(['globalThis', 'global', 'window', 'self']);

/** The origin of what begins at this identifier, undefined for what is declared in the file itself. */
export function originOf(source: SourceCode, identifier: Syntax): Origin | undefined {
  const variable = variableOf(source, identifier);
  const { node, members } = reach(identifier);
  if (!variable) {
    const path = [String(identifier['name']), ...members];
    return { module: undefined, path: GLOBAL_OBJECTS.has(path[0]!) && path.length > 1 ? path.slice(1) : path, node };
  }
  const imported = variable.defs.find(({ type }) => type === 'ImportBinding');
  if (!imported?.parent) return undefined;
  const module = String(part(imported.parent, 'source')?.['value']).replace(/^node:/, '');
  if (imported.node.type === 'ImportSpecifier') {
    const name = nameOf(part(imported.node, 'imported')) ?? '';
    return { module, path: name === 'default' ? defaultPath(members) : [name, ...members], node };
  }
  return { module, path: defaultPath(members), node };
}

function defaultPath(members: readonly string[]): readonly string[] {
  return members.length > 0 ? members : ['default'];
}

/** Goes outward along `a.b.c` as far as the names are known. */
function reach(identifier: Syntax): { node: Syntax; members: string[] } {
  const members: string[] = [];
  let node = identifier;
  for (;;) {
    const { inner, outer } = around(node);
    if (outer?.type !== 'MemberExpression' || part(outer, 'object') !== inner) return { node, members };
    const name = memberName(outer);
    if (name === undefined) return { node: outer, members };
    members.push(name);
    node = outer;
  }
}
