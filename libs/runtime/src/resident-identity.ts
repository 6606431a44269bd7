import type { InstanceKey } from 'reprise/core';
import type { Activation } from './activation.js';
import type { HostedSaga } from './hosted-saga.js';

/** Which instance it is, and whose code it runs. */
export interface ResidentIdentity {
  readonly key: InstanceKey;
  readonly id: string;
  readonly hosted: HostedSaga;
  /** Its trace in this memory; absent when nobody records traces. */
  readonly activation?: Activation | undefined;
}
