/** Names one run of one instance. `run` is a time-ordered UUID; `shard` a small hash of the instance's id that leads every key. */
export interface InstanceKey {
  readonly shard: number;
  readonly run: string;
}
