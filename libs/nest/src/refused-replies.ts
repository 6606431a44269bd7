import { RefusedEnvelopes } from 'reprise/core';

/**
 * Counts the answers of services that this process has refused, by code, transport and service: what cannot be read or is of another version
 * (`BAD_REPLY`), is not signed with a shared key (`BAD_SIGNATURE`), or is too large (`PAYLOAD_TOO_LARGE`). Injectable where `SagaModule` is
 * imported. The log says so once a minute at the most.
 * @example for (const { code, transport, count } of this.refused.counts()) gauge.set({ code, transport }, count);
 */
export abstract class RefusedReplies extends RefusedEnvelopes {}
