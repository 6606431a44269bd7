import { variableOf, type SourceCode } from './rule.js';
import { sagaClasses, type Member, type SagaClass } from './saga-class.js';
import { bare, isFunction, isReference, ownMember, part, walk, type Syntax } from './syntax.js';

/** Code that runs again in each replay: it has to do the same each time. */
export interface ReplayedCode {
  readonly saga: SagaClass;
  /** Members of the class that belong to it. Their bodies and initial values are replayed. */
  readonly members: readonly Member[];
  readonly nodes: readonly Syntax[];
}

/** Where the engine enters. Everything else is replayed if it can be reached from here. */
const ENTRIES = new Set(['Signal', 'Query', 'Update', 'UpdateValidator']);
/** What the engine performs: once, outside of the replay. */
const PERFORMED = new Set(['Step', 'Compensate', 'Verify']);

const known = new WeakMap<object, readonly ReplayedCode[]>();

/** The code of every saga in the file that is replayed; the rules share it. */
export function replayedCode(source: SourceCode): readonly ReplayedCode[] {
  const ast = source.ast as Syntax;
  const found = known.get(ast) ?? sagaClasses(source).map((saga) => codeOf(source, saga));
  known.set(ast, found);
  return found;
}

/** Follows calls of own methods and of functions in the same file, from where the engine enters. */
function codeOf(source: SourceCode, saga: SagaClass): ReplayedCode {
  const members = new Set(saga.members.filter(isEntry));
  const functions = new Set<Syntax>();
  const nodes: Syntax[] = [];
  const queue: Syntax[] = [...members].flatMap(({ node }) => part(node, 'value') ?? []);
  for (const root of queue) {
    for (const node of walk(root)) {
      nodes.push(node);
      const member = saga.members.find(({ name }) => name === ownMember(node));
      if (member && !members.has(member) && !isPerformed(member)) {
        members.add(member);
        queue.push(...[part(member.node, 'value')].filter((value) => value !== undefined));
      }
      const called = isReference(node) ? localFunction(source, node) : undefined;
      if (called && !functions.has(called)) {
        functions.add(called);
        queue.push(called);
      }
    }
  }
  return { saga, members: [...members], nodes };
}

export function isPerformed({ decorators }: Member): boolean {
  return decorators.some((decorator) => PERFORMED.has(decorator));
}

function isEntry(member: Member): boolean {
  if (isPerformed(member)) return false;
  if (member.name === 'run' || member.node['kind'] === 'constructor') return true;
  if (member.node.type === 'PropertyDefinition') return !isFunction(bare(part(member.node, 'value')));
  return member.decorators.some((decorator) => ENTRIES.has(decorator));
}

/** A function of the file, outside of the class, that an identifier means. */
function localFunction(source: SourceCode, identifier: Syntax): Syntax | undefined {
  const variable = variableOf(source, identifier);
  if (!variable || !/^(module|global)$/.test(variable.scope.type)) return undefined;
  const definition = variable.defs[0]!;
  if (definition.type === 'FunctionName') return definition.node;
  const value = definition.type === 'Variable' ? bare(part(definition.node, 'init')) : undefined;
  return isFunction(value) ? value : undefined;
}
