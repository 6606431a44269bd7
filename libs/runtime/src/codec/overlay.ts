/**
 * An object with some methods of its own in front of another's: everything else, also what the other gets later, is the other's. Methods
 * of the other run on the other and see nothing of this.
 */
export function overlay<T extends object>(inner: T, own: object): T {
  return new Proxy(inner, {
    get: (target, name) => {
      const owner = name in own && name !== 'constructor' ? own : target;
      const member: unknown = Reflect.get(owner, name, owner);
      return typeof member === 'function' && name !== 'constructor' ? member.bind(owner) : member;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
    has: (target, name) => name in own || name in target,
  });
}

/** Names of the members of a port through which payloads pass. */
export type CarriesPayloads<Members> = {
  [K in keyof Members]: Members[K] extends 'payloads' ? K : never;
}[keyof Members];
