import type { InstanceKey } from 'reprise/core';
import type { HostedSaga } from './hosted-saga.js';

/** Which instance it is, and whose code it runs. */
export interface ResidentIdentity {
  readonly key: InstanceKey;
  readonly id: string;
  readonly hosted: HostedSaga;
}
