import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Command } from 'reprise/contracts';
import type { CompensationOrder, Retention, StepOptions } from 'reprise/core';
import type { LocalCompensationOptions, LocalStepOptions } from './local-step-options.js';
import type { ScheduleOptions } from './schedule-options.js';

/** What `@Saga` writes down. */
export interface SagaRecord {
  readonly name: string;
  readonly version: number;
  readonly input?: StandardSchemaV1;
  readonly retention?: Retention;
  readonly compensation?: CompensationOrder;
  readonly calls?: readonly Command[];
}

/** What `@Schedule` writes down. */
export interface ScheduleRecord {
  readonly cron: string;
  readonly options: ScheduleOptions;
}

export interface StepRecord {
  readonly role: 'step';
  readonly member: string;
  readonly options: LocalStepOptions;
  /** Present on a remote step. */
  readonly command?: Command;
  /** True when the decorator stood on a method, false on a property. */
  readonly onMethod: boolean;
}

export interface CompensationRecord {
  readonly role: 'compensation';
  readonly member: string;
  /** The step that it takes back. */
  readonly step: string;
  readonly options: LocalCompensationOptions;
  /** Present on a remote compensation: the method maps to the input of this command. */
  readonly command?: Command;
}

export interface VerifierRecord {
  readonly role: 'verifier';
  readonly member: string;
  /** The step that it finds out about. */
  readonly step: string;
  readonly options: Pick<StepOptions, 'retry' | 'timeout'>;
  /** Present on a remote verification: the method maps the answer of this command. */
  readonly command?: Command;
}

export interface MessageRecord {
  readonly role: 'signal' | 'query' | 'update';
  readonly member: string;
  /** The name by which it is called from outside. */
  readonly name: string;
}

export interface ValidatorRecord {
  readonly role: 'validator';
  readonly member: string;
  /** The method of the update that it looks at. */
  readonly update: string;
}

/** What a decorator on a member writes down. */
export type MemberRecord = StepRecord | CompensationRecord | MessageRecord | ValidatorRecord | VerifierRecord;
