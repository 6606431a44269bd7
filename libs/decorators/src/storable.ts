type Storable = string | number | bigint | boolean | null | undefined | void | Date | Uint8Array;

/**
 * What a type holds that history cannot store, in words; `never` when nothing (law I2). It looks eight levels deep; what it does not
 * see is refused by the codec when it happens.
 */
export type Unstorable<T, Depth extends readonly unknown[] = []> = 0 extends 1 & T
  ? never
  : unknown extends T
    ? never
    : Depth['length'] extends 8
      ? never
      : T extends Storable
        ? never
        : T extends (...args: never[]) => unknown
          ? 'a function'
          : T extends abstract new (...args: never[]) => unknown
            ? 'a class'
            : T extends symbol
              ? 'a symbol'
              : T extends Error
                ? 'an Error'
                : T extends PromiseLike<unknown>
                  ? 'a promise'
                  : T extends readonly (infer Item)[]
                    ? Unstorable<Item, [...Depth, unknown]>
                    : T extends ReadonlyMap<infer Key, infer Value>
                      ? Unstorable<Key, [...Depth, unknown]> | Unstorable<Value, [...Depth, unknown]>
                      : T extends ReadonlySet<infer Item>
                        ? Unstorable<Item, [...Depth, unknown]>
                        : T extends object
                          ? { [K in keyof T]-?: Unstorable<T[K], [...Depth, unknown]> }[keyof T]
                          : never;
