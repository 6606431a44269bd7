import { variableOf, type SourceCode } from './rule.js';
import { bare, isCallOf, nameOf, part, parts, type Syntax } from './syntax.js';

/** A class with `@Saga`, as far as the file tells. */
export interface SagaClass {
  readonly node: Syntax;
  /** Its members and those of the classes that it extends in the same file, its own first. */
  readonly members: readonly Member[];
  /** Names under which services are injected. */
  readonly services: ReadonlySet<string>;
}

export interface Member {
  readonly name: string;
  readonly node: Syntax;
  /** The names of its decorators as the package exports them. */
  readonly decorators: readonly string[];
}

/** All classes with `@Saga` in the file. */
export function sagaClasses(source: SourceCode): SagaClass[] {
  return classesIn(source.ast as Syntax)
    .filter((node) => decoratorsOf(source, node).includes('Saga'))
    .map((node) => sagaClass(source, node));
}

/** Classes also stand in functions: in tests. */
function classesIn(node: Syntax): Syntax[] {
  const found = /^Class(Declaration|Expression)$/.test(node.type) ? [node] : [];
  for (const [name, value] of Object.entries(node)) {
    if (name === 'parent' || typeof value !== 'object' || value === null) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof (child as Syntax | null)?.type === 'string') found.push(...classesIn(child as Syntax));
    }
  }
  return found;
}

function sagaClass(source: SourceCode, node: Syntax): SagaClass {
  const members: Member[] = [];
  const seen = new Set<Syntax>();
  for (let level: Syntax | undefined = node; level && !seen.has(level); level = extended(source, level)) {
    seen.add(level);
    for (const member of parts(part(level, 'body'), 'body')) {
      const name = nameOf(part(member, 'key'));
      if (name === undefined || member['static'] === true) continue;
      members.push({ name, node: member, decorators: decoratorsOf(source, member) });
    }
  }
  return { node, members, services: new Set(members.flatMap(services)) };
}

function extended(source: SourceCode, node: Syntax): Syntax | undefined {
  const parent = bare(part(node, 'superClass'));
  if (parent?.type !== 'Identifier') return undefined;
  return variableOf(source, parent)?.defs.find(({ type }) => type === 'ClassName')?.node;
}

/** Parameter properties of the constructor, and fields with `@Inject`. */
function services({ name, node, decorators }: Member): string[] {
  if (decorators.some((decorator) => decorator.startsWith('Inject'))) return [name];
  if (node['kind'] !== 'constructor') return [];
  const constructor = part(node, 'value');
  const names = parts(constructor, 'params').map((parameter) => parameterName(part(parameter, 'parameter')));
  return [...names, ...keptByHand(constructor)].filter((found) => found !== undefined);
}

/** `this.gateway = gateway` in the body of the constructor. */
function keptByHand(constructor: Syntax | undefined): (string | undefined)[] {
  const given = new Set(parts(constructor, 'params').map(parameterName));
  return parts(part(constructor, 'body'), 'body').flatMap((statement) => {
    const assignment = part(statement, 'expression');
    const target = part(assignment, 'left');
    const value = nameOf(bare(part(assignment, 'right')));
    if (assignment?.['operator'] !== '=' || value === undefined || !given.has(value)) return [];
    return part(target, 'object')?.type === 'ThisExpression' ? [nameOf(part(target, 'property'))] : [];
  });
}

/** The name of a parameter, whether it has a default or not. */
export function parameterName(parameter: Syntax | undefined): string | undefined {
  return nameOf(parameter?.type === 'AssignmentPattern' ? part(parameter, 'left') : parameter);
}

function decoratorsOf(source: SourceCode, node: Syntax): string[] {
  return parts(node, 'decorators').flatMap((decorator) => {
    const expression = bare(part(decorator, 'expression'));
    const called = isCallOf(expression) ?? expression;
    const name = called?.type === 'MemberExpression' ? nameOf(part(called, 'property')) : exportedName(source, called);
    return name === undefined ? [] : [name];
  });
}

/** `Saga` also where it was imported under another name. */
function exportedName(source: SourceCode, node: Syntax | undefined): string | undefined {
  if (node?.type !== 'Identifier') return undefined;
  const binding = variableOf(source, node)?.defs.find(({ type }) => type === 'ImportBinding');
  return nameOf(part(binding?.node, 'imported')) ?? nameOf(node);
}
