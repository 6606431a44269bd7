import type { EntityManager } from 'typeorm';

/** What an effect is written with. In an inbox it is the handler's step; a service without one opens a transaction of its own. */
export interface EffectContext {
  readonly manager: EntityManager;
  /** Stands in the ledger beside the effect. */
  readonly key: string;
}
