import type { Refusal } from './refusal.js';
import type { AnyMethod, AsyncMethod, StepInput } from './saga-class.js';
import { writeMember } from './saga-metadata.js';
import type { Unstorable } from './storable.js';

/** Refuses what cannot be an update, with the reason. */
export type UpdateCheck<F extends AnyMethod> = F extends AsyncMethod
  ? [Unstorable<Parameters<F>>] extends [never]
    ? [Unstorable<Awaited<ReturnType<F>>>] extends [never]
      ? unknown
      : Refusal<`the update's result holds ${Unstorable<Awaited<ReturnType<F>>>}, which history cannot store`>
    : Refusal<`the update's arguments hold ${Unstorable<Parameters<F>>}, which history cannot store`>
  : Refusal<'an @Update() must be async: its sender waits for it, and it may await steps'>;

/**
 * A request that changes a running instance and answers (law M3). That it was accepted is durable, and so is its answer. The method is
 * async, runs on the instance beside `run()`, and may await steps and the saga context as `run()` does. What it throws is thrown to the
 * sender; the instance goes on. `@UpdateValidator` refuses one before it leaves a trace.
 *
 * @param name the name by which it is sent; the method's own by default
 * @example \@Update() async addItem(item: Item) { this.items.push(item); return this.items.length; }
 */
export function Update(name?: string) {
  return <F extends AnyMethod>(
    target: object,
    member: string,
    _descriptor: TypedPropertyDescriptor<F> & UpdateCheck<F>,
  ): void => writeMember(target, { role: 'update', member, name: name ?? member });
}

/**
 * Looks at an update before it is accepted. The method gets the update's arguments, is synchronous, only reads, and throws what speaks
 * against it: the sender gets that, and the history knows nothing of it (law M3).
 *
 * @param update the name of the update's method
 * @example \@UpdateValidator('addItem') mayAdd(item: Item) { if (this.items.length === 100) throw new CartFull(); }
 */
export function UpdateValidator<Name extends string>(update: Name) {
  return <T extends { [K in Name]: AsyncMethod }, F extends (...input: StepInput<T[Name]>) => void>(
    target: T,
    member: string,
    _descriptor: TypedPropertyDescriptor<F> &
      (ReturnType<F> extends PromiseLike<unknown>
        ? Refusal<'an @UpdateValidator() must be synchronous: it only reads'>
        : unknown),
  ): void => writeMember(target, { role: 'validator', member, update });
}
