import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { RefusedEnvelopes, type RefusedCount, type RefusedReport } from 'reprise/core';
import { unreadablePackets } from './unreadable-packets.js';

/**
 * Counts the requests that this participant has refused, by code and transport: truncated, oversized, of another version, forged, too
 * late, or with a key that is another request's. Injectable where `ParticipantModule` is imported. The log says so once a minute at the most.
 * @example for (const { code, transport, count } of this.refused.counts()) gauge.set({ code, transport }, count);
 */
@Injectable()
export class RefusedRequests extends RefusedEnvelopes implements OnModuleDestroy {
  private readonly endReports: () => void;

  constructor() {
    super();
    const log = new Logger('Participant');
    const say = ({ code, transport, since, count }: RefusedReport): void =>
      log.warn(
        `Refused ${since} ${since === 1 ? 'request' : 'requests'} over ${transport} with ${code} (${count} in all).`,
      );
    this.onReport(say);
    this.endReports = unreadablePackets.onReport(say);
  }

  onModuleDestroy(): void {
    this.endReports();
  }

  /** With what was no request at all: it is counted for the process, and on transports where `listenAs` can see it. */
  override counts(): RefusedCount[] {
    const merged = new Map(unreadablePackets.counts().map((one) => [`${one.code} ${one.transport}`, one]));
    for (const one of super.counts()) {
      const name = `${one.code} ${one.transport}`;
      const other = merged.get(name);
      const sum = other && { count: one.count + other.count, lastAt: Math.max(one.lastAt, other.lastAt) };
      merged.set(name, { ...one, ...sum });
    }
    return [...merged.values()];
  }
}
