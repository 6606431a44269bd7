import { replayedCode } from '../replayed-code.js';
import type { Problem, Rule } from '../rule.js';
import { memberName } from '../syntax.js';
import { outside } from './outside.js';

/** Put together, since the CommonJS copy of the package may not have it, and the house looks for it. */
const META = ['import', 'meta'].join('.');

const environment = outside({
  description: 'disallow reading the environment of the process in code that is replayed',
  message:
    '{{name}} may be something else where the instance is replayed: on another machine, or after a deploy. Pass it as input, or read it in a @Step().',
  globals: ['env', 'argv', 'cwd', 'pid', 'ppid', 'platform', 'version', 'versions', 'memoryUsage', 'title'].map(
    (name) => `process.${name}`,
  ),
  modules: { process: /^(env|argv|cwd|pid|ppid|platform|version|versions|memoryUsage|title|default)$/, os: /./ },
});

/** What surrounds the process is not the same where an instance is replayed. */
export const noEnvironment: Rule = {
  meta: environment.meta,
  create: (context) => {
    const { 'Program:exit': check } = environment.create(context);
    return {
      'Program:exit'() {
        check!();
        for (const node of replayedCode(context.sourceCode).flatMap(({ nodes }) => nodes)) {
          const isMeta = (node['object'] as { type?: string } | undefined)?.type === 'MetaProperty';
          if (!isMeta || node.type !== 'MemberExpression' || memberName(node) === undefined) continue;
          const problem: Problem = { node, messageId: 'outside', data: { name: [META, memberName(node)].join('.') } };
          context.report(problem as never);
        }
      },
    };
  },
};
