import type { StepCall, StepDefinition } from 'reprise/core';
import type { Admission } from './admission.js';
import type { Permit } from './permit.js';
import type { ResidentIdentity } from './resident-identity.js';

/** The permits of one instance's attempts (law S10), by call. */
export class AttemptPermits {
  private readonly kept = new Map<number, Permit>();

  constructor(
    private readonly identity: ResidentIdentity,
    private readonly admission: Admission,
  ) {}

  /** True while an attempt waits for its turn. */
  get awaited(): boolean {
    for (const { state } of this.kept.values()) if (state === 'waiting') return true;
    return false;
  }

  /**
   * True if an attempt of the call may begin now; if not, `begin` is called when it may.
   * @throws SagaError `LIMIT_KEY_FAILED`
   */
  allow(call: StepCall, definition: StepDefinition, begin: () => void): boolean {
    const { hosted, key } = this.identity;
    const permit =
      this.kept.get(call.call) ?? this.admission.enter(hosted.definition.name, definition, call, key, begin);
    if (!permit) return true;
    this.kept.set(call.call, permit);
    return permit.state === 'granted';
  }

  /** The attempt is over, or will not be made. */
  giveBack(call: number): void {
    const permit = this.kept.get(call);
    if (!permit) return;
    this.kept.delete(call);
    this.admission.leave(permit);
  }

  giveBackAll(): void {
    for (const call of [...this.kept.keys()]) this.giveBack(call);
  }
}
