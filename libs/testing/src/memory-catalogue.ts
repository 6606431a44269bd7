import {
  encodeTag,
  InstanceCatalogue,
  isClosed,
  sameJson,
  type CensusEntry,
  type Clock,
  type HostedVersion,
  type InstanceCount,
  type InstanceFilter,
  type InstancePage,
  type InstancePosition,
  type InstanceSummary,
  type OrphanPage,
  type Range,
  type RecordedOrphan,
  type OpenCount,
  type OpenStatus,
  type RetentionPolicy,
  type StoreFigures,
  type TagCondition,
} from 'reprise/core';
import type { MemoryLeases } from './memory-leases.js';
import type { MemoryRuns } from './memory-runs.js';
import { NO_RUN, type MemoryOrphan, type MemoryOrphans } from './memory-orphans.js';

/** What the catalogue sees of the store. */
export interface Shelves {
  readonly runs: MemoryRuns;
  readonly leases: MemoryLeases;
  deadLetters(): number;
  /** Removes what is kept of a run beside the run itself. */
  remove(run: string): void;
  removeReplies(before: number, limit: number): number;
}

/** Finds, counts and removes what a memory store holds, by looking at all of it. */
export class MemoryCatalogue extends InstanceCatalogue {
  constructor(
    private readonly clock: Clock,
    private readonly unclaimed: MemoryOrphans,
    private readonly shelves: Shelves,
  ) {
    super();
  }

  async list(filter: InstanceFilter, size: number, after?: InstancePosition): Promise<InstancePage> {
    const found = this.matching(filter)
      .sort(newestFirst)
      .filter((instance) => !after || newestFirst(instance, after) > 0);
    const instances = found.slice(0, size);
    return found.length > size ? { instances, next: positionOf(instances.at(-1)!) } : { instances };
  }

  async count(filter: InstanceFilter): Promise<InstanceCount> {
    return { count: this.matching(filter).length, exact: true };
  }

  async orphans(size: number, before = Infinity, id?: string): Promise<OrphanPage> {
    const found = this.unclaimed.list
      .map((orphan) => this.recorded(orphan))
      .filter((orphan) => orphan.number < before && (id === undefined || orphan.id === id))
      .reverse();
    const orphans = found.slice(0, size);
    return found.length > size ? { orphans, next: orphans.at(-1)!.number } : { orphans };
  }

  async census(): Promise<CensusEntry[]> {
    const open = this.summaries().filter(({ status }) => !isClosed(status));
    const hosted = this.shelves.leases.hosted();
    const kinds = new Map(open.map(({ saga, version }) => [JSON.stringify([saga, version]), { saga, version }]));
    return [...kinds.values()]
      .sort((a, b) => (a.saga === b.saga ? a.version - b.version : a.saga < b.saga ? -1 : 1))
      .map((kind) => ({
        ...kind,
        count: open.filter((instance) => sameVersion(instance, kind)).length,
        exact: true,
        hosted: hosted.some((version) => sameVersion(version, kind)),
      }));
  }

  async figures(): Promise<StoreFigures> {
    const open = this.summaries().filter(({ status }) => !isClosed(status));
    const counts = new Map<string, OpenCount>();
    for (const { saga, status } of open) {
      const name = `${saga} ${status}`;
      const count = (counts.get(name)?.count ?? 0) + 1;
      counts.set(name, { saga, status: status as OpenStatus, count });
    }
    return {
      open: [...counts.values()].sort((a, b) => (`${a.saga} ${a.status}` < `${b.saga} ${b.status}` ? -1 : 1)),
      overdue: Math.max(0, this.clock.now() - this.shelves.runs.dueSince()),
      deadLetters: this.shelves.deadLetters(),
      workers: this.shelves.leases.living,
    };
  }

  async sweep(policies: readonly RetentionPolicy[], limit: number): Promise<number> {
    const now = this.clock.now();
    const doomed = this.summaries()
      .filter(({ saga, status, closedAt }) =>
        policies.some((policy) => policy.saga === saga && policy.status === status && closedAt! < now - policy.keep),
      )
      .slice(0, limit);
    const runs = new Set(doomed.map(({ key }) => key.run));
    for (const instance of doomed) {
      this.shelves.runs.remove(instance);
      this.shelves.remove(instance.key.run);
    }
    this.unclaimed.remove(({ key }) => runs.has(key.run));
    return doomed.length;
  }

  async sweepOrphans(keep: number, after: number, limit: number): Promise<number | undefined> {
    const looked = this.unclaimed.list.filter(({ number }) => number > after).slice(0, limit);
    const last = looked.at(-1)?.number ?? 0;
    const runs = new Set(this.summaries().map(({ key }) => key.run));
    this.unclaimed.remove(
      ({ number, at, key }) => number > after && number <= last && at < this.clock.now() - keep && !runs.has(key.run),
    );
    return looked.length < limit ? undefined : last;
  }

  async sweepReplies(keep: number, limit: number): Promise<number> {
    return this.shelves.removeReplies(this.clock.now() - keep, limit);
  }

  private summaries(): InstanceSummary[] {
    return this.shelves.runs.all().map(({ summary }) => summary);
  }

  private matching(filter: InstanceFilter): InstanceSummary[] {
    return this.summaries().filter((instance) => matches(instance, filter));
  }

  private recorded({ key, id, ...rest }: MemoryOrphan): RecordedOrphan {
    const instance = this.summaries().find((summary) => summary.key.run === key.run);
    return { ...rest, id: instance?.id ?? id, ...(key.run === NO_RUN ? {} : { run: key.run }) };
  }
}

function matches(instance: InstanceSummary, filter: InstanceFilter): boolean {
  const { sagas, statuses, version, errorCode, retrying, idPrefix, started, closed, tags = [] } = filter;
  return (
    (!sagas || sagas.includes(instance.saga)) &&
    (!statuses || statuses.includes(instance.status)) &&
    (version === undefined || instance.version === version) &&
    (errorCode === undefined || instance.error?.code === errorCode) &&
    (retrying === undefined || instance.retrying === retrying) &&
    (idPrefix === undefined || instance.id.startsWith(idPrefix)) &&
    (!started || within(instance.startedAt, started)) &&
    (!closed || (instance.closedAt !== undefined && within(instance.closedAt, closed))) &&
    tags.every((condition) => isTagged(instance, condition))
  );
}

function isTagged({ tags }: InstanceSummary, condition: TagCondition): boolean {
  const { name } = condition;
  const value = Object.hasOwn(tags, name) ? tags[name] : undefined;
  if (value === undefined) return false;
  if ('equals' in condition) return sameJson(encodeTag(name, value), condition.equals);
  const isKind = condition.kind === 'date' ? typeof value === 'object' : typeof value === 'number';
  return isKind && within(Number(value), condition.within);
}

function within(value: number, { from = -Infinity, to = Infinity }: Range): boolean {
  return value >= from && value < to;
}

function positionOf({ startedAt, key }: InstanceSummary): InstancePosition {
  return { startedAt: startedAt * 1000, run: key.run };
}

function newestFirst(a: InstanceSummary, b: InstanceSummary | InstancePosition): number {
  const [one, other] = [positionOf(a), 'key' in b ? positionOf(b) : b];
  return other.startedAt - one.startedAt || (other.run < one.run ? -1 : other.run > one.run ? 1 : 0);
}

function sameVersion(a: HostedVersion, b: HostedVersion): boolean {
  return a.saga === b.saga && a.version === b.version;
}
