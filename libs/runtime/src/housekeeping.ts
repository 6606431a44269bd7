import { milliseconds, retentionPolicies, type Clock, type RetentionPolicy, type SagaDefinition } from 'reprise/core';
import { spanOf, type EngineOptions } from './engine-options.js';
import type { EngineLog } from './engine-log.js';
import { reportUnhosted } from './hosting-report.js';
import { RetentionSweep } from './retention-sweep.js';

/** How long orphans without an instance are kept. */
const ORPHANS = milliseconds('30 days');

/** What a worker's process does beside running instances: reports what nobody can run, and removes what may go. */
export class Housekeeping {
  private readonly sweep: RetentionSweep | undefined;
  private report: Promise<void> | undefined;

  /** @throws SagaError `INVALID_DURATION`, `INVALID_CONFIGURATION` for a retention that makes no sense */
  constructor(
    private readonly options: EngineOptions,
    clock: Clock,
    private readonly log: EngineLog,
    hosted: readonly SagaDefinition[],
  ) {
    const { store, retention, orphanRetention = ORPHANS, poll } = options;
    const policies = newestOf(hosted).flatMap((definition): RetentionPolicy[] => {
      const own = definition.retention === undefined ? retention : definition.retention;
      return own === undefined ? [] : retentionPolicies(definition.name, own);
    });
    const orphans = spanOf(orphanRetention);
    // Without polling the store is there for one worker's hints alone, as in tests, whose time may jump by years.
    this.sweep = poll === Infinity ? undefined : new RetentionSweep({ store, clock, log, policies, orphans });
  }

  /** When the worker is registered. */
  start(): void {
    this.report = reportUnhosted(this.options.store, this.log);
    this.sweep?.start();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    await this.sweep?.stop();
    await this.report;
  }
}

/** Of each saga the newest version: how long instances are kept is a matter of the saga, also for instances of versions that are gone. */
function newestOf(hosted: readonly SagaDefinition[]): SagaDefinition[] {
  const newest = new Map<string, SagaDefinition>();
  for (const definition of hosted) {
    if (definition.version > (newest.get(definition.name)?.version ?? 0)) newest.set(definition.name, definition);
  }
  return [...newest.values()];
}
