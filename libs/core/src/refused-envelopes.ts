/** How often envelopes were refused with one code over one transport. */
export interface RefusedCount {
  /** A `SagaErrorCode`, as in the answer to whoever sent it. */
  readonly code: string;
  /** `TCP`, `NATS`, … */
  readonly transport: string;
  /** Present for answers: the service that they came from, or seemed to. */
  readonly service?: string;
  readonly count: number;
  /** When the last one came, in milliseconds since the epoch. */
  readonly lastAt: number;
}

/** What is said of them, at once for the first and then once a minute at the most. */
export interface RefusedReport extends RefusedCount {
  /** How many came since the report before. */
  readonly since: number;
}

/** Between two reports of one code over one transport, in milliseconds. */
const PAUSE = 60_000;

interface Kept {
  readonly code: string;
  readonly transport: string;
  readonly service?: string;
  count: number;
  lastAt: number;
  reportedAt: number;
  reported: number;
}

/**
 * Counts the envelopes that this process has refused since it began: truncated, oversized, of another version, forged, or replayed where
 * that is refused. It keeps one number for each code, transport and service, however many come.
 */
export class RefusedEnvelopes {
  private readonly kept = new Map<string, Kept>();
  private readonly listeners = new Set<(report: RefusedReport) => void>();

  constructor(private readonly now: () => number = Date.now) {}

  /** For metrics: all counts, which only grow. */
  counts(): RefusedCount[] {
    return [...this.kept.values()].map(countOf);
  }

  /** How many in all; of one code only, where one is given. */
  total(code?: string): number {
    const counted = this.counts().filter((one) => code === undefined || one.code === code);
    return counted.reduce((sum, { count }) => sum + count, 0);
  }

  /** Another one was refused. */
  note(code: string, transport: string, service?: string): void {
    const name = `${code} ${transport} ${service ?? ''}`;
    const at = this.now();
    let kept = this.kept.get(name);
    if (!kept) {
      kept = {
        code,
        transport,
        ...(service === undefined ? {} : { service }),
        count: 0,
        lastAt: at,
        reportedAt: -PAUSE,
        reported: 0,
      };
      this.kept.set(name, kept);
    }
    kept.count++;
    kept.lastAt = at;
    if (this.listeners.size === 0 || at - kept.reportedAt < PAUSE) return;
    const report = { ...countOf(kept), since: kept.count - kept.reported };
    kept.reportedAt = at;
    kept.reported = kept.count;
    for (const listener of this.listeners) listener(report);
  }

  /** Calls `listener` with what deserves a line in a log: however many are sent, they fill no disk. Returns what ends that. */
  onReport(listener: (report: RefusedReport) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

function countOf({ code, transport, service, count, lastAt }: Kept): RefusedCount {
  return { code, transport, ...(service === undefined ? {} : { service }), count, lastAt };
}
