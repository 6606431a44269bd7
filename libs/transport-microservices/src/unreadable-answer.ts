/** Stands for an answer that is not even JSON. `readReply` takes it for one of a version that it does not know. */
const UNREADABLE = { $reprise: 'unreadable' };

/** What Nest's deserializers give back. */
interface Packet {
  readonly id?: string;
  readonly err?: unknown;
  readonly response?: unknown;
  readonly isDisposed?: boolean;
}

interface Reader {
  deserialize(value: never, options?: never): Packet | Promise<Packet>;
}

/** The same deserializer, except that garbage is an answer. In Nest's clients it would be an unhandled rejection. */
export function tolerant<T extends Reader>(reader: T): T {
  return new Proxy(reader, {
    get(target, property, self) {
      if (property !== 'deserialize') return Reflect.get(target, property, self) as unknown;
      return async (value: never, options: never) => {
        try {
          return await target.deserialize(value, options);
        } catch {
          return { response: UNREADABLE, isDisposed: true };
        }
      };
    },
  });
}
