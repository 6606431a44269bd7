import 'reflect-metadata';
import { Ctx, Payload } from '@nestjs/microservices';

/** Where Nest keeps what the decorators of a method's parameters said; the same since Nest 6. */
const NEST_PARAMETERS = '__routeArguments__';

/**
 * Gives a handler the input first and the step second. Nest by itself passes the payload alone. Parameters that the user decorated
 * stay as they are.
 */
export function passInputAndStep(target: object, method: string | symbol): void {
  const decorated = (Reflect.getMetadata(NEST_PARAMETERS, target.constructor, method) ?? {}) as Record<
    string,
    { index: number }
  >;
  const taken = new Set(Object.values(decorated).map(({ index }) => index));
  if (!taken.has(0)) Payload()(target, method, 0);
  if (!taken.has(1)) Ctx()(target, method, 1);
}
