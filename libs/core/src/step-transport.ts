import type { CueLinks } from './cue.js';
import type { Json } from './json.js';
import type { DeliveryTimes, HandlingTimes } from './delivery-times.js';
import type { RecordedError } from './error-record.js';
import { RefusedEnvelopes } from './refused-envelopes.js';

/** Where a remote step is performed. */
export interface CommandAddress {
  /** The name in `services`, for instance `inventory`. */
  readonly service: string;
  /** The operation within it, for instance `reserve`. */
  readonly operation: string;
}

/** What travels beside the input, in the payload itself, so that it works the same on every transport. */
export interface StepEnvelope {
  readonly v: 1;
  readonly saga: string;
  /** The instance's id. */
  readonly instance: string;
  /** The flow that the instance belongs to, if it is another's (law M6). */
  readonly flow?: string;
  readonly run: string;
  readonly step: string;
  readonly call: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** The same on every attempt (law S3). */
  readonly key: string;
  /** Present on a compensation: the idempotency key of the step that it takes back. */
  readonly undoes?: string;
  /** When the caller stops waiting for this attempt, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** Present when the two services share a key. */
  readonly signature?: string;
  /** Present on a cue: how it came from others (law M6). */
  readonly cue?: CueEnvelope;
}

/** What travels beside a cue. */
export interface CueEnvelope extends CueLinks {
  readonly event: string;
  readonly key: string;
  /** When it was published, in milliseconds since the epoch. */
  readonly at: number;
}

/** One attempt of a remote step on its way to a participant. */
export interface StepCommand extends Omit<StepEnvelope, 'v' | 'signature'> {
  readonly address: CommandAddress;
  /** The decoded input of the command. */
  readonly input: unknown;
}

/** What an attempt came to. A transport that got none of these rejects, and the attempt counts as transient (law S4). */
export type StepReply =
  | { readonly outcome: 'completed'; readonly result: unknown; readonly delivery?: DeliveryTimes }
  | {
      readonly outcome: 'declared' | 'fatal' | 'transient';
      readonly error: RecordedError;
      readonly delivery?: DeliveryTimes;
    };

/** A service that hears events. */
export interface EventListener {
  /** The name in `services`. */
  readonly service: string;
  /** The names of the events. */
  readonly events: readonly string[];
}

/** A line for the log at start-up. */
export interface TransportRemark {
  /** `warn` for a setting that works, but not safely. */
  readonly level: 'info' | 'warn';
  readonly text: string;
}

/** Carries commands to participants and their replies back. One contract suite runs against every implementation. */
export abstract class StepTransport {
  /** Answers that were not believed, or could not be taken. */
  readonly refused = new RefusedEnvelopes();
  /** An answer of that service was refused with this code. */
  refuse(code: string, { service }: CommandAddress): void {
    this.refused.note(code, 'other', service);
  }
  /** Reports every mistake of configuration for these addresses, in words; an empty list is good. */
  abstract check(addresses: readonly CommandAddress[]): string[];
  /** What deserves a line in the log at start-up although it is no mistake. */
  remarks(): TransportRemark[] {
    return [];
  }
  /** The services that hear events, and which. A cue is sent to each as a command: `on.<event>`. */
  listeners(): readonly EventListener[] {
    return [];
  }
  /** What carries commands to a service, as traces name it: `nats`, `rabbitmq`. */
  systemOf(_service: string): string | undefined {
    return undefined;
  }
  abstract connect(): Promise<void>;
  /**
   * Sends one attempt. Settles when the participant answers, however late, and rejects when it is certain that no answer to this
   * attempt can come (connection lost) or after `giveUpAt`. The caller keeps its own deadline.
   */
  abstract send(command: StepCommand, giveUpAt: number): Promise<StepReply>;
  abstract close(): Promise<void>;
}

/** A participant's answer on the wire. `times`: of the delivery that ran the handler; a release before 0.2 does not say. */
export type ReplyEnvelope =
  | {
      readonly $reprise: 1;
      readonly ok: true;
      readonly result: Json;
      readonly times?: HandlingTimes;
      readonly signature?: string;
    }
  | {
      readonly $reprise: 1;
      readonly ok: false;
      readonly kind: 'declared' | 'fatal' | 'transient';
      readonly error: RecordedError;
      readonly times?: HandlingTimes;
      readonly signature?: string;
    };
