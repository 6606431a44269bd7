import type { Syntax } from './syntax.js';

/** What the rules use of ESLint. Written down here, so that they need no package of it, and run in oxlint as well. */
export interface Rule {
  readonly meta: RuleMeta;
  create(context: RuleContext): Record<string, () => void>;
}

export interface RuleMeta {
  readonly type: 'problem';
  readonly docs: { readonly description: string };
  readonly fixable?: 'code';
  readonly hasSuggestions?: boolean;
  readonly messages: Record<string, string>;
  readonly schema: [];
}

export interface RuleContext {
  readonly sourceCode: SourceCode;
  report(problem: never): void;
}

export interface Problem {
  readonly node: Syntax;
  readonly messageId: string;
  readonly data?: Record<string, string>;
  readonly fix?: Fix;
  readonly suggest?: readonly { readonly messageId: string; readonly fix: Fix }[];
}

export type Fix = (fixer: Fixer) => unknown;

export interface Fixer {
  replaceText(node: Syntax, text: string): unknown;
  insertTextBefore(node: Syntax, text: string): unknown;
}

export interface SourceCode {
  readonly ast: unknown;
  /** Absent in languages that have no scopes; those have no sagas. */
  getScope?(node: never): unknown;
}

/** A scope of names, in the shape of eslint-scope. */
export interface Scope {
  readonly type: string;
  readonly upper: Scope | null;
  readonly set: ReadonlyMap<string, Variable>;
}

export interface Variable {
  readonly name: string;
  readonly scope: Scope;
  readonly defs: readonly { readonly type: string; readonly node: Syntax; readonly parent?: Syntax | null }[];
  readonly references: readonly Reference[];
}

export interface Reference {
  readonly identifier: Syntax;
  readonly init?: boolean;
  isWrite(): boolean;
  isRead(): boolean;
}

/** The variable that an identifier means; undefined for what nobody declared: a global. */
export function variableOf(source: SourceCode, identifier: Syntax): Variable | undefined {
  return variableNamed(source, identifier, String(identifier['name']));
}

/** The variable that a name means where the node stands. */
export function variableNamed(source: SourceCode, node: Syntax, name: string): Variable | undefined {
  for (let scope = source.getScope?.(node as never) as Scope | null | undefined; scope; scope = scope.upper) {
    const found = scope.set.get(name);
    if (found) return found.defs.length > 0 ? found : undefined;
  }
  return undefined;
}
