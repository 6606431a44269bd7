import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readHistories, type HistoryFile } from 'reprise/core';
import { badUsage } from './failure.js';

/** A history, and the file that it was read from as the user named it. */
export interface ReadHistory {
  readonly file: string;
  readonly history: HistoryFile;
}

/**
 * Reads histories, one file at a time; of folders all `.json` files below.
 * @throws SagaError `BAD_USAGE` for what is not there, `BAD_HISTORY_FILE`, `HISTORY_TOO_NEW`
 */
export async function* historiesIn(
  places: readonly string[],
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<ReadHistory, void, undefined> {
  for (const place of places) {
    for await (const file of filesAt(place, folder)) {
      signal.throwIfAborted();
      const text = await readFile(path.resolve(folder, file), 'utf8');
      for (const history of readHistories(text, file)) yield { file, history };
    }
  }
}

async function* filesAt(place: string, folder: string): AsyncGenerator<string, void, undefined> {
  const full = path.resolve(folder, place);
  const found = await stat(full).catch(() => undefined);
  if (!found) throw badUsage(`There is no file ${place}.`, 'Name files that `reprise export` wrote, or their folder.');
  if (!found.isDirectory()) return yield place;
  const names = (await readdir(full, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
  for (const name of names) yield path.join(place, name);
}
