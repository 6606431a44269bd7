import {
  isClosed,
  type ClaimedInstance,
  type HostedVersion,
  type InstanceKey,
  type InstanceSummary,
  type Message,
  type StartRecord,
  type Turn,
  type InstanceHead,
} from 'reprise/core';

/** One run, as a memory store keeps it. */
export interface Row {
  summary: InstanceSummary;
  owner: string | undefined;
  wakeAt: number;
  /** As text, so that nothing is shared with whoever wrote or reads it. */
  readonly turns: string[];
  messages: Message[];
  /** How often in a row its worker died, and how many turns it had then (law W5). */
  losses: number;
  lostAt: number;
  suspected: boolean;
}

export function newRow(key: InstanceKey, start: StartRecord, worker: string | undefined, now: number): Row {
  const { id, saga, version, tags, owned, parent } = start;
  return {
    summary: {
      key,
      id,
      saga,
      version,
      tags,
      status: 'running',
      retrying: false,
      startedAt: now,
      ...(parent ? { parent } : {}),
    },
    owner: owned ? worker : undefined,
    wakeAt: owned ? Infinity : now,
    turns: [],
    messages: [],
    losses: 0,
    lostAt: 0,
    suspected: false,
  };
}

export function hosts(hosted: readonly HostedVersion[], { saga, version }: InstanceSummary): boolean {
  return hosted.some((known) => known.saga === saga && known.version === version);
}

export function parse(turn: string): Turn {
  return JSON.parse(turn) as Turn;
}

/** What a worker that claims it gets. */
export function claimedOf({ summary, turns, losses, lostAt }: Row): ClaimedInstance {
  const lost = losses > 0 && lostAt === turns.length;
  return { summary, turns: turns.map(parse), ...(lost ? { losses } : {}) };
}

/** One that had completed is to be taken back. */
export function reopen(row: Row): void {
  const { closedAt: _ended, ...summary } = row.summary;
  row.summary = { ...summary, status: 'compensating' };
}

/** A message makes it due; signals and updates not before its delayed start is over. */
export function hurry(row: Row, { kind }: Message, now: number): void {
  const waits = kind === 'signal' || kind === 'update';
  row.wakeAt = Math.min(row.wakeAt, waits ? Math.max(now, row.summary.beginsAt ?? now) : now);
}

export function setHead(row: Row, head: InstanceHead, now: number): void {
  const { error: _before, ...summary } = row.summary;
  const closedAt = isClosed(head.status) ? { closedAt: now } : {};
  row.summary = { ...summary, ...structuredClone(head), ...closedAt };
}
