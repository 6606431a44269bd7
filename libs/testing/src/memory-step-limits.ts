import {
  byTurn,
  FairTurns,
  StepLimits,
  type Clock,
  type DeclaredLimit,
  type PermitDemand,
  type PermitKey,
  type PermitRequest,
  type PermitsTaken,
  type SharedLimit,
  type StepLimitStatus,
  type StepPause,
  type StepSetting,
  type StepType,
} from 'reprise/core';

interface Permit extends PermitRequest {
  readonly worker: string;
  readonly turn: number;
  readonly queuedAt: number;
  grantedAt?: number;
  /** Given back, and kept for as long as a rate counts it. */
  ended?: boolean;
}

class Limit {
  declared: SharedLimit = {};
  set: SharedLimit = {};
  paused: StepPause | undefined;
  readonly turns = new FairTurns();
  /** Workers that have no use for another permit now: nobody waits for those behind them. */
  readonly full = new Set<string>();
  permits: Permit[] = [];

  constructor(readonly type: StepType) {}

  get current(): SharedLimit {
    return { ...this.declared, ...this.set };
  }

  /** How many more the pool lets through. */
  free(pool: string, now: number): number {
    const { concurrency = Infinity, rate } = this.current;
    const granted = this.permits.filter((permit) => permit.pool === pool && permit.grantedAt !== undefined);
    const held = granted.filter(({ ended }) => !ended).length;
    const recent = rate ? granted.filter(({ grantedAt }) => grantedAt! > now - rate.perMs).length : 0;
    return Math.min(concurrency - held, (rate?.count ?? Infinity) - recent);
  }

  /** When a rate lets the next of the pool through. */
  reopensAt(pool: string, now: number): number {
    const { rate } = this.current;
    const recent = this.permits
      .filter((permit) => permit.pool === pool && permit.grantedAt! > now - (rate?.perMs ?? 0))
      .map(({ grantedAt }) => grantedAt!);
    return rate && recent.length >= rate.count ? Math.min(...recent) + rate.perMs : Infinity;
  }

  forgetSpent(now: number): void {
    const { perMs = 0 } = this.current.rate ?? {};
    this.permits = this.permits.filter(({ ended, grantedAt }) => !ended || grantedAt! > now - perMs);
  }
}

/** The same promises as PostgreSQL's limits, kept in a map: for unit tests. */
export class MemoryStepLimits extends StepLimits {
  private readonly limits = new Map<string, Limit>();
  private readonly listeners = new Set<() => void>();

  /** @param alive false for a worker that was taken for dead */
  constructor(
    private readonly clock: Clock,
    private readonly alive: (worker: string) => boolean,
  ) {
    super();
  }

  async declare(sagas: readonly string[], limits: readonly DeclaredLimit[]): Promise<void> {
    for (const limit of this.limits.values()) if (sagas.includes(limit.type.saga)) limit.declared = {};
    for (const { saga, step, limit } of limits) this.limitOf({ saga, step }).declared = limit;
    this.tell();
  }

  async settings(): Promise<StepSetting[]> {
    return [...this.limits.values()].map(settingOf).filter(({ limit, paused }) => paused || Object.keys(limit).length);
  }

  async request(worker: string, requests: readonly PermitRequest[]): Promise<void> {
    if (!this.alive(worker)) return;
    for (const request of requests) {
      const limit = this.limitOf(request);
      if (limit.permits.some(({ id }) => id === request.id)) continue;
      limit.permits.push({ ...request, worker, turn: limit.turns.next(request.key), queuedAt: this.clock.now() });
    }
  }

  async take(worker: string, demands: readonly PermitDemand[]): Promise<PermitsTaken> {
    const now = this.clock.now();
    const granted: string[] = [];
    let reopens = Infinity;
    for (const { room = Infinity, ...type } of demands) {
      const limit = this.limitOf(type);
      if (limit.paused || !this.alive(worker)) continue;
      limit.forgetSpent(now);
      const mine = limit.permits.filter((permit) => permit.worker === worker && permit.grantedAt === undefined);
      const pools = new Set(mine.map(({ pool }) => pool));
      for (const pool of pools) reopens = Math.min(reopens, limit.reopensAt(pool, now));
      const next = [...pools]
        .flatMap((pool) => this.next(limit, pool, worker))
        .sort(byTurn)
        .slice(0, room);
      for (const permit of next) {
        permit.grantedAt = now;
        limit.turns.serve(permit.turn);
        granted.push(permit.id);
      }
      if (next.length >= room) limit.full.add(worker);
      else limit.full.delete(worker);
    }
    return { granted, contended: false, ...(reopens === Infinity ? {} : { retryAfter: reopens - now }) };
  }

  async held(worker: string): Promise<PermitKey[]> {
    return this.permits()
      .filter((permit) => permit.worker === worker && permit.grantedAt !== undefined && !permit.ended)
      .map(({ saga, step, id }) => ({ saga, step, id }));
  }

  async giveBack(worker: string, permits: readonly PermitKey[]): Promise<void> {
    const ids = new Set(permits.map(({ id }) => id));
    this.end((permit) => permit.worker === worker && ids.has(permit.id));
  }

  async set(type: StepType, limit: SharedLimit): Promise<void> {
    Object.assign(this.limitOf(type), { set: { ...this.limitOf(type).set, ...limit } });
    this.tell();
  }

  async clear(type: StepType): Promise<void> {
    this.limitOf(type).set = {};
    this.tell();
  }

  async pause(type: StepType, by: string, reason: string): Promise<void> {
    this.limitOf(type).paused ??= { by, reason, at: this.clock.now() };
    this.tell();
  }

  async resume(type: StepType, _by: string): Promise<boolean> {
    const limit = this.limitOf(type);
    const was = limit.paused !== undefined;
    limit.paused = undefined;
    this.tell();
    return was;
  }

  async list(): Promise<StepLimitStatus[]> {
    return [...this.limits.values()].map((limit) => {
      const waiting = limit.permits.filter(({ grantedAt }) => grantedAt === undefined);
      const held = limit.permits.filter(({ grantedAt, ended }) => grantedAt !== undefined && !ended).length;
      const since = waiting.length > 0 ? { waitingSince: Math.min(...waiting.map(({ queuedAt }) => queuedAt)) } : {};
      return { ...settingOf(limit), declared: limit.declared, held, waiting: waiting.length, ...since };
    });
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ends what the worker held and waited for, as its lease did. */
  freeOf(worker: string): void {
    this.end((permit) => permit.worker === worker);
  }

  /** As if the leases of all workers had ended. */
  freeAll(): void {
    this.end(() => true);
  }

  /** Those of the worker among the next of a pool that it lets through. */
  private next(limit: Limit, pool: string, worker: string): Permit[] {
    return limit.permits
      .filter((permit) => permit.pool === pool && permit.grantedAt === undefined)
      .filter((permit) => permit.worker === worker || !limit.full.has(permit.worker))
      .sort(byTurn)
      .slice(0, Math.max(0, limit.free(pool, this.clock.now())))
      .filter((permit) => permit.worker === worker);
  }

  private end(which: (permit: Permit) => boolean): void {
    for (const limit of this.limits.values()) {
      for (const permit of limit.permits.filter(which)) permit.ended = true;
      limit.permits = limit.permits.filter(({ ended, grantedAt }) => !ended || grantedAt !== undefined);
      limit.forgetSpent(this.clock.now());
    }
    this.tell();
  }

  private permits(): Permit[] {
    return [...this.limits.values()].flatMap((limit) => limit.permits);
  }

  private limitOf({ saga, step }: StepType): Limit {
    const name = JSON.stringify([saga, step]);
    let limit = this.limits.get(name);
    if (!limit) this.limits.set(name, (limit = new Limit({ saga, step })));
    return limit;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function settingOf({ type, current, paused }: Limit): StepSetting {
  return { ...type, limit: current, ...(paused ? { paused } : {}) };
}
