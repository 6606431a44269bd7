import type { ReplayedCode } from './replayed-code.js';
import type { SourceCode } from './rule.js';
import { isWaitingCall } from './saga-context.js';
import { bare, isCallOf, isFunction, memberName, nameOf, ownMember, part, parts, type Syntax } from './syntax.js';

/** Promises of the saga: calls of steps, of what waits on the context, and of own asynchronous methods. */
export class OwnPromises {
  private readonly asynchronous: ReadonlySet<string>;

  constructor(
    private readonly source: SourceCode,
    { saga }: ReplayedCode,
  ) {
    const answers = saga.members.filter(
      ({ node, decorators }) => decorators.includes('Step') || part(node, 'value')?.['async'] === true,
    );
    this.asynchronous = new Set(answers.map(({ name }) => name));
  }

  /** What is called, in words, if the expression is such a promise that nobody hears of when it rejects. */
  unheard(node: Syntax | undefined): string | undefined {
    const expression = bare(node);
    const callee = isCallOf(expression);
    if (!expression || !callee) return undefined;
    const own = ownMember(callee);
    if (own !== undefined && this.asynchronous.has(own)) return `this.${own}()`;
    if (isWaitingCall(this.source, callee)) return `${nameOf(part(callee, 'object'))}.${memberName(callee)}()`;
    if (callee.type !== 'MemberExpression') return undefined;
    return this.chained(callee, parts(expression, 'arguments')) ?? this.inEach(callee, parts(expression, 'arguments'));
  }

  /** `this.charge().then(…)`, unless the chain hears of the rejection. */
  private chained(callee: Syntax, given: readonly Syntax[]): string | undefined {
    const name = memberName(callee);
    const isHeard = name === 'catch' || (name === 'then' && given.length > 1);
    return isHeard || !/^(then|finally)$/.test(name ?? '')
      ? this.combined(callee, given)
      : this.unheard(part(callee, 'object'));
  }

  /** `Promise.all([this.charge()])` */
  private combined(callee: Syntax, given: readonly Syntax[]): string | undefined {
    if (nameOf(part(callee, 'object')) !== 'Promise' || !isCombination(memberName(callee))) return undefined;
    for (const element of parts(given[0], 'elements')) {
      const found = this.unheard(element);
      if (found) return found;
    }
    return undefined;
  }

  /** `lines.forEach((line) => this.reserve(line))`, and `map` whose result nobody takes. */
  private inEach(callee: Syntax, [callback]: readonly Syntax[]): string | undefined {
    if (!/^(forEach|map)$/.test(memberName(callee) ?? '') || !isFunction(callback)) return undefined;
    const body = part(callback, 'body');
    if (body?.type !== 'BlockStatement') return this.unheard(body);
    return callback['async'] === true ? 'an asynchronous callback' : undefined;
  }
}

export function isCombination(name: string | undefined): boolean {
  return /^(all|allSettled|any|race)$/.test(name ?? '');
}
