import { advance, beginPaths, isMet, type PathProgress } from './payload-path.js';

/** What stands in the place of a redacted value. */
export const REDACTED = '[redacted]';

/**
 * A copy of a value without what `paths` name; `[redacted]` stands in its place. Pure: the value itself is not changed.
 *
 * - `password` names the fields of that name at any depth.
 * - `card.number` names one place, counted from the top; `*` stands for any one name, `**` for any number of them.
 * - Elements of arrays and Sets take no name: `cards.number` is the number of each of the cards. Keys of Maps count as names.
 *
 * Circles stay circles. Objects of classes come back as plain objects, or as what their `toJSON` answers; errors, dates and bytes
 * stay what they are. What cannot be read is redacted.
 *
 * @throws SagaError `INVALID_CONFIGURATION` for a path without a name
 * @example redact({ card: { number: '4111', brand: 'visa' } }, ['card.number']) // { card: { number: '[redacted]', brand: 'visa' } }
 */
export function redact<T>(value: T, paths: readonly string[]): T {
  return redaction(paths)(value);
}

/** `redact` for many values: the paths are looked at once. */
export function redaction(paths: readonly string[]): <T>(value: T) => T {
  const start = beginPaths(paths);
  return <T>(value: T) => new Redaction().copy(value, start) as T;
}

class Redaction {
  /** The copies that were made, by object and by what of the paths was met on the way to it. */
  private readonly copies = new WeakMap<object, Map<string, unknown>>();

  copy(value: unknown, progress: readonly PathProgress[]): unknown {
    if (typeof value !== 'object' || value === null || isAtom(value)) return value;
    const known = this.copies.get(value) ?? new Map<string, unknown>();
    this.copies.set(value, known);
    const way = progress.map(({ path, met }) => `${path.join('.')}:${met}`).join(' ');
    if (known.has(way)) return known.get(way);
    return this.fill(value, progress, (copy) => void known.set(way, copy));
  }

  /** @param note is told of the copy before it is filled, so that a circle finds it */
  private fill(value: object, progress: readonly PathProgress[], note: (copy: unknown) => void): unknown {
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      note(copy);
      for (const item of value) copy.push(this.copy(item, progress));
      return copy;
    }
    if (value instanceof Set) {
      const copy = new Set<unknown>();
      note(copy);
      for (const item of value) copy.add(this.copy(item, progress));
      return copy;
    }
    if (value instanceof Map) {
      const copy = new Map<unknown, unknown>();
      note(copy);
      for (const [key, item] of value)
        copy.set(
          this.copy(key, progress),
          this.under(String(key), () => item, progress),
        );
      return copy;
    }
    if (value instanceof Error)
      return this.fields(value, Object.create(Object.getPrototypeOf(value) as object) as object, progress, note);
    if (typeof (value as { toJSON?: unknown }).toJSON !== 'function') return this.fields(value, {}, progress, note);
    const json = readable(() => (value as { toJSON(): unknown }).toJSON());
    return json === value ? this.fields(value, {}, progress, note) : this.copy(json, progress);
  }

  private fields(
    value: object,
    copy: object,
    progress: readonly PathProgress[],
    note: (copy: unknown) => void,
  ): object {
    note(copy);
    // What an error says of itself is not enumerable.
    for (const name of value instanceof Error ? Object.getOwnPropertyNames(value) : Object.keys(value)) {
      const enumerable = Object.prototype.propertyIsEnumerable.call(value, name);
      const item = this.under(name, () => (value as Record<string, unknown>)[name], progress);
      Object.defineProperty(copy, name, { value: item, enumerable, writable: true, configurable: true });
    }
    return copy;
  }

  private under(name: string, read: () => unknown, progress: readonly PathProgress[]): unknown {
    const next = advance(progress, name);
    if (isMet(next)) return REDACTED;
    return this.copy(readable(read), next);
  }
}

function readable(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return REDACTED;
  }
}

/** Has no fields that a path could name. */
function isAtom(value: object): boolean {
  return value instanceof Date || value instanceof RegExp || ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}
