import {
  isClosed,
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
  };
}

export function hosts(hosted: readonly HostedVersion[], { saga, version }: InstanceSummary): boolean {
  return hosted.some((known) => known.saga === saga && known.version === version);
}

export function parse(turn: string): Turn {
  return JSON.parse(turn) as Turn;
}

/** One that had completed is to be taken back. */
export function reopen(row: Row): void {
  const { closedAt: _ended, ...summary } = row.summary;
  row.summary = { ...summary, status: 'compensating' };
}

export function setHead(row: Row, head: InstanceHead, now: number): void {
  const { error: _before, ...summary } = row.summary;
  const closedAt = isClosed(head.status) ? { closedAt: now } : {};
  row.summary = { ...summary, ...structuredClone(head), ...closedAt };
}
