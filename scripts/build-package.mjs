// Builds what npm publishes: one package, a subpath per lib, as ES modules and as a CommonJS copy for tools that cannot load those.
// The libs call each other by their published names; Node and TypeScript find those in the package itself.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUBPATHS } from './house-rules.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const OUT = path.join(ROOT, 'dist', 'package');
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** `reprise/core` as `./core`, `reprise` as `.`. */
const subpathOf = (name) => name.replace(/^reprise/, '.');

function compile(folder, ...options) {
  const out = path.join(OUT, folder);
  execFileSync(process.execPath, [TSC, '-p', 'tsconfig.package.json', '--outDir', out, ...options], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // `core/src/index.js` becomes `core/index.js`; relative imports never leave a lib, so they still hold.
  for (const lib of readdirSync(out)) {
    const flat = path.join(out, `.${lib}`);
    renameSync(path.join(out, lib, 'src'), flat);
    rmSync(path.join(out, lib), { recursive: true });
    renameSync(flat, path.join(out, lib));
  }
}

/** The entry points of one copy, as conditions of an exports map. */
function entry(copy, lib) {
  return { types: `./${copy}${lib}/index.d.ts`, default: `./${copy}${lib}/index.js` };
}

/** The exports map that package.json must have. `module-sync` comes first, so that Node never loads two copies. */
function publishedExports() {
  const map = {};
  for (const [lib, name] of Object.entries(SUBPATHS)) {
    map[subpathOf(name)] = {
      'module-sync': entry('dist/package/esm/', lib),
      import: entry('dist/package/esm/', lib),
      require: entry('dist/package/cjs/', lib),
    };
  }
  return { ...map, './package.json': './package.json' };
}

const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
if (JSON.stringify(manifest.exports) !== JSON.stringify(publishedExports())) {
  throw new Error(
    `"exports" in package.json is not what the libs need. Write:\n${JSON.stringify(publishedExports(), null, 2)}`,
  );
}

rmSync(OUT, { recursive: true, force: true });
compile('esm');
compile('cjs', '--module', 'commonjs', '--moduleResolution', 'bundler');
// The copy is a package in itself, so that its files find each other by name and never the ES modules.
const inside = Object.entries(SUBPATHS).map(([lib, name]) => [subpathOf(name), entry('', lib)]);
writeFileSync(
  path.join(OUT, 'cjs', 'package.json'),
  `${JSON.stringify({ name: manifest.name, type: 'commonjs', exports: Object.fromEntries(inside) }, null, 2)}\n`,
);
for (const lib of Object.keys(SUBPATHS)) {
  for (const copy of ['esm', 'cjs']) {
    for (const file of ['index.js', 'index.d.ts']) {
      if (!existsSync(path.join(OUT, copy, lib, file)))
        throw new Error(`dist/package/${copy}/${lib}/${file} was not built.`);
    }
  }
}
console.log(`dist/package holds ${Object.keys(SUBPATHS).length} libs as ES modules and as CommonJS`);
