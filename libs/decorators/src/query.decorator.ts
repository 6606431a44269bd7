import type { Refusal } from './refusal.js';
import type { AnyMethod } from './saga-class.js';
import { writeMember } from './saga-metadata.js';
import type { Unstorable } from './storable.js';

/** Refuses what cannot be a query, with the reason. */
export type QueryCheck<F extends AnyMethod> = 0 extends 1 & ReturnType<F>
  ? unknown
  : ReturnType<F> extends PromiseLike<unknown>
    ? Refusal<'a @Query() must be synchronous: it reads fields and may not await steps'>
    : [ReturnType<F>] extends [void]
      ? Refusal<'a @Query() must return a value'>
      : [Unstorable<ReturnType<F>>] extends [never]
        ? unknown
        : Refusal<`the query's answer holds ${Unstorable<ReturnType<F>>}, which cannot leave the instance`>;

/**
 * A question to an instance, running or ended. The method is synchronous, reads fields, changes nothing and returns a value (law M2).
 *
 * @param name the name by which it is asked; the method's own by default
 * @example \@Query() status() { return this.phase; }
 */
export function Query(name?: string) {
  return <F extends AnyMethod>(
    target: object,
    member: string,
    _descriptor: TypedPropertyDescriptor<F> & QueryCheck<F>,
  ): void => writeMember(target, { role: 'query', member, name: name ?? member });
}
