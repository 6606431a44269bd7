import 'reflect-metadata';
import { SagaError, type SagaDefinition } from 'reprise/core';
import { sagaDefinition, sagaRecordOf, type SagaClass } from 'reprise/decorators';
import { loadExport } from './load-export.js';
import type { OptionTable } from './option.js';

export const APP = {
  app: {
    kind: 'text',
    value: '<file#export>',
    says: 'the compiled module with the sagas: a Nest module, or what exports saga classes',
    required: true,
  },
} as const satisfies OptionTable;

/** The sagas of an application, by name and version. */
export class AppSagas {
  private readonly byVersion: ReadonlyMap<string, SagaClass>;

  constructor(readonly classes: readonly SagaClass[]) {
    this.byVersion = new Map(
      classes.map((sagaClass) => {
        const { name, version } = sagaRecordOf(sagaClass)!;
        return [`${name} ${version}`, sagaClass];
      }),
    );
  }

  find(saga: string, version: number): SagaDefinition | undefined {
    const sagaClass = this.byVersion.get(`${saga} ${version}`);
    return sagaClass && sagaDefinition(sagaClass);
  }

  /** @throws SagaError `UNKNOWN_SAGA` */
  get(saga: string, version: number): SagaDefinition {
    const found = this.find(saga, version);
    if (found) return found;
    throw new SagaError('UNKNOWN_SAGA', this.unknown(saga, version), 'Register that version, or name another module.');
  }

  /** Why there is no code for a history. */
  unknown(saga: string, version: number): string {
    const versions = this.classes.flatMap((sagaClass) => {
      const record = sagaRecordOf(sagaClass)!;
      return record.name === saga ? [record.version] : [];
    });
    return versions.length === 0
      ? `The application has no saga "${saga}".`
      : `The application has saga "${saga}" in version ${versions.join(', ')} and not in ${version}.`;
  }
}

/**
 * Finds the saga classes in a Nest module and in what it imports, among classes, and in lists of both. Reads what the decorators have
 * written: nothing is created, started or connected.
 * @param app a module class, a dynamic module, a saga class, or a list or an object of those
 */
export async function sagasIn(app: unknown): Promise<AppSagas> {
  const found = new Set<SagaClass>();
  const seen = new Set<unknown>();
  await collect(app, found, seen);
  const isModule = typeof app === 'function' || (isObject(app) && ('module' in app || 'provide' in app));
  if (isObject(app) && !isModule) for (const value of Object.values(app)) await collect(value, found, seen);
  return new AppSagas([...found]);
}

/** @throws SagaError `APP_NOT_LOADED` */
export async function loadSagas(place: string, folder: string): Promise<AppSagas> {
  const sagas = await sagasIn(await loadExport(place, folder));
  if (sagas.classes.length > 0) return sagas;
  throw new SagaError(
    'APP_NOT_LOADED',
    `${place} has no saga, neither among its providers nor as an export.`,
    'Name the module that provides the sagas, as in dist/app.module.js#AppModule.',
  );
}

async function collect(value: unknown, found: Set<SagaClass>, seen: Set<unknown>): Promise<void> {
  // Nest takes promises of modules.
  const entry = await value;
  if (seen.has(entry) || (typeof entry !== 'function' && !isObject(entry))) return;
  seen.add(entry);
  if (typeof entry === 'function') {
    if (sagaRecordOf(entry)) found.add(entry as SagaClass);
    await collectAll([metadata('imports', entry), metadata('providers', entry)], found, seen);
  } else if (Array.isArray(entry)) {
    await collectAll(entry, found, seen);
  } else if (typeof entry['forwardRef'] === 'function') {
    await collect((entry['forwardRef'] as () => unknown)(), found, seen);
  } else {
    // A dynamic module, or a provider with a token of its own.
    const { module, imports, providers, provide, useClass } = entry;
    await collectAll([module, imports, providers, provide, useClass], found, seen);
  }
}

async function collectAll(values: readonly unknown[], found: Set<SagaClass>, seen: Set<unknown>): Promise<void> {
  for (const value of values) await collect(value, found, seen);
}

/** What `@Module` has written. */
function metadata(key: 'imports' | 'providers', module: object): unknown {
  return Reflect.getMetadata(key, module);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
