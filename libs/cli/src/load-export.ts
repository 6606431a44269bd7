import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SagaError } from 'reprise/core';

/**
 * Loads `path` or `path#Export`, an ES module or CommonJS. Without a name: everything that it exports.
 * @param fallback the export that is taken when none is named, if it is there
 * @throws SagaError `APP_NOT_LOADED`
 */
export async function loadExport(place: string, folder: string, fallback?: string): Promise<unknown> {
  const [file, name] = split(place);
  const full = path.resolve(folder, file);
  const exported = await load(full, file);
  const wanted = name ?? (fallback !== undefined && has(exported, fallback) ? fallback : undefined);
  if (wanted === undefined) return exported;
  if (has(exported, wanted)) return exported[wanted];
  throw new SagaError(
    'APP_NOT_LOADED',
    `${file} exports no "${wanted}".`,
    `It exports ${Object.keys(exported).join(', ') || 'nothing'}.`,
  );
}

async function load(full: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(full))
    throw new SagaError('APP_NOT_LOADED', `There is no file ${file}.`, 'Name the compiled module.');
  try {
    const namespace = (await import(pathToFileURL(full).href)) as Record<string, unknown>;
    // Of CommonJS, `default` is what it exports, also what Node did not see by its names.
    const all = namespace['default'];
    return typeof all === 'object' && all !== null ? { ...all, ...namespace } : namespace;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const advice = /\.[cm]?tsx?$/.test(file)
      ? 'It is TypeScript: name the module that was compiled from it.'
      : 'Name a module that only declares: one that starts the application is not for this.';
    throw new SagaError('APP_NOT_LOADED', `${file} could not be loaded: ${said.replace(/\.?$/, '.')}`, advice, {
      cause,
    });
  }
}

/** A `#` may be in the name of a folder: the last one counts, and only before a name. */
function split(place: string): readonly [file: string, name: string | undefined] {
  const parts = /^(.+)#([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u.exec(place);
  return parts ? [parts[1]!, parts[2]!] : [place, undefined];
}

function has(exported: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(exported, name);
}
