import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { faultRate } from './settings.js';

/** What the shop's services do wrong on purpose. */
type Fault = 'throw before' | 'throw after' | 'answer late';
const FAULTS: readonly Fault[] = ['throw before', 'throw after', 'answer late'];
/** How late a late answer is, in milliseconds. */
const LATE = 400;

/** Makes trouble: a share of the requests fails before or after the work, or is answered late. */
@Injectable()
export class Faults {
  private readonly logger = new Logger('Faults');
  private share = faultRate();

  get rate(): number {
    return this.share;
  }

  set rate(rate: number) {
    this.share = rate;
    this.logger.log(`spoiling ${(rate * 100).toFixed(0)} % of the requests from now on`);
  }

  /** Runs `work`, or spoils it. An error after the work rolls its transaction back: the request counts as not done. */
  async around<T>(work: () => Promise<T>): Promise<T> {
    const fault = this.next();
    if (fault === 'throw before') throw new Error('simulated: the service was overloaded');
    const result = await work();
    if (fault === 'answer late') await wait(LATE);
    if (fault === 'throw after') throw new Error('simulated: the service lost its connection');
    return result;
  }

  private next(): Fault | undefined {
    return Math.random() < this.share ? FAULTS[Math.floor(Math.random() * FAULTS.length)] : undefined;
  }
}
