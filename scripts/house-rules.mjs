// The rules of the house that the compiler does not check: which way imports point, no cycles, and the style that can be counted.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What each lib may use beside the language. `node:` stands for all of Node. Which libs it may see stands in its tsconfig.lib.json. */
export const AMBIENT = {
  core: [],
  contracts: ['@standard-schema/spec'],
  decorators: ['@standard-schema/spec', 'reflect-metadata'],
  runtime: ['node:'],
  'store-postgres': ['node:', 'pg', 'typeorm'],
  cron: ['croner'],
  opentelemetry: ['@opentelemetry/api'],
  metrics: ['prom-client'],
  'transport-microservices': ['node:', '@nestjs/microservices', '@nestjs/common', 'rxjs'],
  nest: ['node:', '@nestjs/common', '@nestjs/core', 'reflect-metadata'],
  participant: [
    'node:',
    '@nestjs/common',
    '@nestjs/core',
    '@nestjs/microservices',
    'rxjs',
    'typeorm',
    'reflect-metadata',
  ],
  testing: ['node:'],
  cli: ['node:', 'reflect-metadata'],
  'eslint-plugin': [],
};

/** The subpath under which each lib is published. */
export const SUBPATHS = {
  nest: 'reprise',
  core: 'reprise/core',
  contracts: 'reprise/contracts',
  decorators: 'reprise/decorators',
  runtime: 'reprise/runtime',
  'store-postgres': 'reprise/postgres',
  cron: 'reprise/cron',
  opentelemetry: 'reprise/opentelemetry',
  metrics: 'reprise/metrics',
  'transport-microservices': 'reprise/microservices',
  participant: 'reprise/participant',
  testing: 'reprise/testing',
  cli: 'reprise/cli',
  'eslint-plugin': 'reprise/eslint-plugin',
};
const LIBS = Object.fromEntries(Object.entries(SUBPATHS).map(([lib, subpath]) => [subpath, lib]));

const LONGEST = 250;
const SHAPELESS = /^(utils?|helpers?|common|types|misc|shared)(\.|$)/;

/** All source files below `libs` and `apps`, by their path from `root`, and what the tsconfig of each lib lets it see. */
export function readHouse(root) {
  const files = new Map();
  const walk = (folder) => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const place = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) walk(place);
      else if (place.endsWith('.ts')) files.set(place, readFileSync(path.join(root, place), 'utf8'));
    }
  };
  walk('libs');
  walk('apps');
  const visible = {};
  for (const lib of readdirSync(path.join(root, 'libs'))) {
    const config = ts.readConfigFile(path.join(root, 'libs', lib, 'tsconfig.lib.json'), ts.sys.readFile).config;
    visible[lib] = Object.keys(config.compilerOptions.paths ?? {}).map((subpath) => LIBS[subpath]);
  }
  return { files, visible };
}

/**
 * Everything that breaks a rule, one sentence each.
 * @param {{ files: Map<string, string>, visible: Record<string, string[]> }} house
 * @returns {string[]}
 */
export function houseProblems({ files, visible }) {
  const imports = new Map([...files].map(([file, text]) => [file, importsOf(text)]));
  return [
    ...[...imports].flatMap(([file, names]) => names.flatMap((name) => importProblem(file, name, visible))),
    ...cycles(imports, files),
    ...[...files].flatMap(([file, text]) => styleProblems(file, text)),
  ];
}

function importsOf(text) {
  return ts.preProcessFile(text, true, true).importedFiles.map((found) => found.fileName);
}

function importProblem(file, name, visible) {
  const [area, room] = file.split('/');
  const isSpec = file.endsWith('.spec.ts');
  if (name.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), name).split('/');
    if (target[0] === area && target[1] === room) return [];
    if (isSpec && target[0] === 'test') return [];
    return [`${file} reaches into another room with "${name}". Import it by its name, as in "reprise/core".`];
  }
  const lib = LIBS[name];
  if (name.startsWith('reprise') && !lib)
    return [`${file} imports "${name}", which is not one of the published subpaths.`];
  if (lib === 'testing' && !isSpec && room !== 'testing') return [`${file} imports ${name}: only specs use it.`];
  if (area !== 'libs' || isSpec) return [];
  if (lib === 'nest') return [`${file} imports ${name}: nothing imports nest but apps.`];
  if (lib === room) return [`${file} imports its own lib by name ("${name}"). Use a relative path.`];
  if (lib) return visible[room]?.includes(lib) ? [] : [`${file} imports ${name}: ${room} must not know ${lib}.`];
  const allowed = (AMBIENT[room] ?? []).some(
    (ambient) => name === ambient || name.startsWith(ambient.endsWith(':') ? ambient : `${ambient}/`),
  );
  return allowed ? [] : [`${file} imports "${name}", which is not what ${room} may use.`];
}

function cycles(imports, files) {
  const problems = [];
  const done = new Set();
  const visit = (file, trail) => {
    const from = trail.indexOf(file);
    if (from >= 0) {
      problems.push(`These files import each other in a circle: ${[...trail.slice(from), file].join(' → ')}.`);
      return;
    }
    if (done.has(file)) return;
    for (const name of imports.get(file) ?? []) {
      const target = resolve(file, name);
      if (target && files.has(target)) visit(target, [...trail, file]);
    }
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return problems;
}

function resolve(file, name) {
  if (name.startsWith('.')) return path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, '.ts');
  return LIBS[name] && `libs/${LIBS[name]}/src/index.ts`;
}

function styleProblems(file, text) {
  const problems = [];
  const name = path.posix.basename(file);
  const lines = text.split('\n').length - 1;
  if (/^export \*/m.test(text)) problems.push(`${file} exports "*". Name what it exports.`);
  if (SHAPELESS.test(name)) problems.push(`${file}: name the file after the idea in it.`);
  if (!/^[a-z0-9.-]+$/.test(name)) problems.push(`${file}: file names are kebab case.`);
  if (file.startsWith('libs/') && !name.endsWith('.spec.ts') && lines > LONGEST) {
    problems.push(`${file} has ${lines} lines, more than ${LONGEST}: which concept is hiding in it?`);
  }
  if (file.startsWith('libs/') && !name.endsWith('.spec.ts') && /\bimport\.meta\b/.test(text)) {
    problems.push(`${file} uses import.meta, which the CommonJS copy of the package cannot have.`);
  }
  if (/\b(TODO|FIXME|XXX)\b/.test(text)) problems.push(`${file} has a TODO. Do it, or write an issue.`);
  return problems;
}
