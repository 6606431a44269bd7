import type { Refusal } from './refusal.js';
import type { AnyMethod } from './saga-class.js';
import { writeMember } from './saga-metadata.js';
import type { Unstorable } from './storable.js';

/** Refuses what cannot be a signal, with the reason. */
export type SignalCheck<F extends AnyMethod> = [ReturnType<F>] extends [void]
  ? [Unstorable<Parameters<F>>] extends [never]
    ? unknown
    : Refusal<`the signal's arguments hold ${Unstorable<Parameters<F>>}, which history cannot store`>
  : Refusal<'a @Signal() must be synchronous and return nothing: it changes fields, and run() acts on them'>;

/**
 * A message to a running instance: durable when accepted, handed over in order, exactly once (law M1). The method is synchronous
 * and changes fields of the instance; `run()` sees them through `saga.until(...)`.
 *
 * @param name the name by which it is sent; the method's own by default
 * @example \@Signal() approve(by: string) { this.approvedBy = by; }
 */
export function Signal(name?: string) {
  return <F extends AnyMethod>(
    target: object,
    member: string,
    _descriptor: TypedPropertyDescriptor<F> & SignalCheck<F>,
  ): void => writeMember(target, { role: 'signal', member, name: name ?? member });
}
