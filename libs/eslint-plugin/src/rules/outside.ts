import { originOf, type Origin } from '../origin.js';
import { replayedCode } from '../replayed-code.js';
import type { Fix, Problem, Rule, SourceCode } from '../rule.js';
import { isReference, type Syntax } from '../syntax.js';

interface Outside {
  readonly description: string;
  /** What is wrong and what to write instead; `{{name}}` is what was used. */
  readonly message: string;
  /** Names of globals, with the members where only some are meant (`Math.random`). */
  readonly globals: readonly string[];
  /** Names of modules without `node:`, and the exports that are meant. */
  readonly modules: Readonly<Record<string, RegExp>>;
  /** What the names alone do not tell: `new Date(0)` is no offence. */
  readonly unless?: (origin: Origin) => boolean;
  readonly fix?: (origin: Origin, source: SourceCode) => Fix | undefined;
}

/** A rule against the use of something outside of the saga, recognised by where its name comes from. */
export function outside({ description, message, globals, modules, unless, fix }: Outside): Rule {
  const offends = ({ module, path }: Origin): boolean =>
    module === undefined
      ? globals.some((name) => name.split('.').every((step, at) => path[at] === step))
      : (modules[module]?.test(path[0]!) ?? false);
  return {
    meta: { type: 'problem', docs: { description }, messages: { outside: message }, fixable: 'code', schema: [] },
    create: (context) => ({
      'Program:exit'() {
        const source = context.sourceCode;
        const reported = new Set<Syntax>();
        for (const node of replayedCode(source).flatMap(({ nodes }) => nodes)) {
          const origin = isReference(node) ? originOf(source, node) : undefined;
          if (!origin || reported.has(node) || !offends(origin) || unless?.(origin)) continue;
          reported.add(node);
          const mend = fix?.(origin, source);
          const problem: Problem = {
            node: origin.node,
            messageId: 'outside',
            data: { name: origin.path.join('.') },
            ...(mend ? { fix: mend } : {}),
          };
          context.report(problem as never);
        }
      },
    }),
  };
}
