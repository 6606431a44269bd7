import { StepTransactions, type CallKey, type Json, type StepRecord, type TransactionTerms } from 'reprise/core';
import type { CodecChain } from './codec-chain.js';
import { convertFields, type Convert } from './convert-fields.js';
import { RECORD_PAYLOADS } from './payload-fields.js';

/** Records of transactional steps with their results and errors encoded (law S9). */
export class EncodedTransactions extends StepTransactions {
  constructor(
    private readonly transactions: StepTransactions,
    private readonly codec: CodecChain,
  ) {
    super();
  }

  async find(call: CallKey): Promise<StepRecord | undefined> {
    const record = await this.transactions.find(call);
    return record && this.decoded(call, record);
  }

  async settle(call: CallKey, record: StepRecord): Promise<StepRecord> {
    const encoded = await convertRecord(call, record, this.codec.encode);
    return this.decoded(call, await this.transactions.settle(call, encoded));
  }

  async run(call: CallKey, terms: TransactionTerms, body: (manager: unknown) => Promise<Json>): Promise<StepRecord> {
    const encoding = async (manager: unknown): Promise<Json> =>
      this.codec.encode(await body(manager), `${bindingOf(call)} result`);
    return this.decoded(call, await this.transactions.run(call, terms, encoding));
  }

  private decoded(call: CallKey, record: StepRecord): Promise<StepRecord> {
    return convertRecord(call, record, this.codec.decode);
  }
}

function convertRecord(call: CallKey, record: StepRecord, convert: Convert): Promise<StepRecord> {
  return convertFields(record, RECORD_PAYLOADS, bindingOf(call), convert);
}

function bindingOf({ key, call }: CallKey): string {
  return `${key.run} record ${call}`;
}
