import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeHistory, type HistoryFile } from 'reprise/core';

/** Characters of an id that a file name shows; the run makes it unique. */
const SHOWN = 60;

/** Histories as files, below a folder for each saga. A file that is there is whole. */
export class HistoryFolder {
  private readonly made = new Set<string>();

  constructor(private readonly folder: string) {}

  /** Answers the path of the file, from the folder. */
  async write(history: HistoryFile): Promise<string> {
    const below = safe(history.saga);
    const place = path.join(this.folder, below);
    if (!this.made.has(below)) await mkdir(place, { recursive: true });
    this.made.add(below);
    const name = `${safe(history.id)}.${history.run}.json`;
    const file = path.join(place, name);
    const unfinished = `${file}.unfinished`;
    try {
      await writeFile(unfinished, writeHistory(history));
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    return path.join(below, name);
  }
}

/** What every file system takes as a name, and no `..`. */
function safe(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}._-]/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, SHOWN);
}
