import { byTurn, FairTurns, type PermitRequest, type StepType } from 'reprise/core';
import { Permit } from './permit.js';

/** The gate of one kind of step in this process: who waits before it, and who is through. */
export class StepGate {
  /** How many may be through at a time in this process. */
  perProcess = Infinity;
  private readonly queue: Permit[] = [];
  private readonly through = new Set<Permit>();
  private readonly turns = new FairTurns();

  constructor(readonly type: StepType) {}

  /** Those that wait, the next one first. */
  get waiting(): readonly Permit[] {
    return this.queue;
  }

  /** How many more may go through; `Infinity` where the process sets no limit. */
  get room(): number {
    return Math.max(0, this.perProcess - this.through.size);
  }

  join(request: PermitRequest, admitted: () => void): Permit {
    const permit = new Permit(request, this.turns.next(request.key), admitted);
    let place = this.queue.length;
    while (place > 0 && byTurn(permit, this.queue[place - 1]!) < 0) place--;
    this.queue.splice(place, 0, permit);
    return permit;
  }

  grant(permit: Permit): void {
    this.queue.splice(this.queue.indexOf(permit), 1);
    this.turns.serve(permit.turn);
    permit.state = 'granted';
    this.through.add(permit);
  }

  /** Its place is free again. */
  leave(permit: Permit): void {
    if (permit.state === 'waiting') this.queue.splice(this.queue.indexOf(permit), 1);
    this.through.delete(permit);
    permit.state = 'over';
  }
}
