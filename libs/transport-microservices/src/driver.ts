/**
 * Loads a driver package that need not be there. Its name comes as a value, so that the compiler does not look for it; and a CommonJS
 * package is its own default for some loaders and not for others.
 */
export async function driver<T>(name: string): Promise<T> {
  const loaded = (await import(name)) as { default?: T };
  return loaded.default ?? (loaded as T);
}
