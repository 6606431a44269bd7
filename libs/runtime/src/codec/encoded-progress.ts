import { StepProgress, type CallKey, type CallProgress, type InstanceKey, type RecordedProgress } from 'reprise/core';
import type { CodecChain } from './codec-chain.js';
import { convertFields, type Convert } from './convert-fields.js';
import { PROGRESS_PAYLOADS } from './payload-fields.js';

/** What attempts say of their progress, with its details encoded. */
export class EncodedProgress extends StepProgress {
  constructor(
    private readonly progress: StepProgress,
    private readonly codec: CodecChain,
  ) {
    super();
  }

  async record(worker: string, progress: readonly CallProgress[]): Promise<boolean[]> {
    return this.progress.record(worker, await this.converted(progress, this.codec.encode));
  }

  async read(runs: readonly InstanceKey[]): Promise<RecordedProgress[]> {
    return this.converted(await this.progress.read(runs), this.codec.decode);
  }

  forget(calls: readonly CallKey[]): Promise<void> {
    return this.progress.forget(calls);
  }

  private converted<T extends CallProgress>(progress: readonly T[], convert: Convert): Promise<T[]> {
    return Promise.all(
      progress.map((one) => convertFields(one, PROGRESS_PAYLOADS, `${one.key.run} progress ${one.call}`, convert)),
    );
  }
}
