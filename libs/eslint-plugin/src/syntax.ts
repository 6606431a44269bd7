/** A node of the syntax tree, as every parser for ESLint makes it: a type, and parts by name. */
export interface Syntax {
  readonly type: string;
  readonly parent?: Syntax | undefined;
  readonly range?: readonly [number, number];
  readonly [part: string]: unknown;
}

export interface FunctionSyntax extends Syntax {
  readonly type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression';
}

/** Parts that are no code, or that run when the class is made and not when an instance is replayed. */
const LEFT_OUT = new Set(['parent', 'decorators', 'typeAnnotation', 'typeParameters', 'typeArguments', 'returnType']);
/** Casts: what is inside them is code like any other. */
const CASTS = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSTypeAssertion']);
const TYPED_CODE = new Set([...CASTS, 'TSInstantiationExpression', 'TSParameterProperty']);

export function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export function part(node: Syntax | undefined, name: string): Syntax | undefined {
  const found = node?.[name];
  return isSyntax(found) ? found : undefined;
}

export function parts(node: Syntax | undefined, name: string): readonly Syntax[] {
  const found = node?.[name];
  return Array.isArray(found) ? found.filter(isSyntax) : [];
}

/** The name of an identifier, or the text of a literal that stands where a name may. */
export function nameOf(node: Syntax | undefined): string | undefined {
  if (node?.type === 'Identifier') return String(node['name']);
  if (node?.type === 'PrivateIdentifier') return `#${String(node['name'])}`;
  return node?.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

/** The name by which a member is reached (`a.b`, `a['b']`), undefined where only the run knows it. */
export function memberName(member: Syntax): string | undefined {
  const property = part(member, 'property');
  return member['computed'] === true && property?.type !== 'Literal' ? undefined : nameOf(property);
}

/** The node and everything in it that runs. */
export function* walk(node: Syntax): Generator<Syntax> {
  if (node.type.startsWith('TS') && !TYPED_CODE.has(node.type)) return;
  yield node;
  for (const [name, value] of Object.entries(node)) {
    if (LEFT_OUT.has(name)) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isSyntax(child)) yield* walk(child);
  }
}

/** What is inside casts, parentheses and optional chains. */
export function bare(node: Syntax | undefined): Syntax | undefined {
  let inner = node;
  while (inner && (CASTS.has(inner.type) || inner.type === 'ChainExpression')) inner = part(inner, 'expression');
  return inner;
}

/** The node around this one that is not a mere cast or an optional chain. */
export function around(node: Syntax): { readonly inner: Syntax; readonly outer: Syntax | undefined } {
  let inner = node;
  let outer = node.parent;
  while (outer && (CASTS.has(outer.type) || outer.type === 'ChainExpression')) [inner, outer] = [outer, outer.parent];
  return { inner, outer };
}

/** Whether an identifier stands for a value here, and is not the name of a property. */
export function isReference(node: Syntax): boolean {
  const { parent } = node;
  if (node.type !== 'Identifier' || !parent) return false;
  if (parent['computed'] === true) return true;
  if (parent.type === 'MemberExpression') return parent['property'] !== node;
  if (/^(Property|MethodDefinition|PropertyDefinition)$/.test(parent.type)) return parent['key'] !== node;
  return !/^(LabeledStatement|BreakStatement|ContinueStatement)$/.test(parent.type);
}

export function isFunction(node: Syntax | undefined): node is FunctionSyntax {
  return node !== undefined && /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

export function isCallOf(node: Syntax | undefined): Syntax | undefined {
  return node?.type === 'CallExpression' ? bare(part(node, 'callee')) : undefined;
}

/** The name of `this.name`. */
export function ownMember(node: Syntax | undefined): string | undefined {
  const member = bare(node);
  if (member?.type !== 'MemberExpression' || bare(part(member, 'object'))?.type !== 'ThisExpression') return undefined;
  return memberName(member);
}
