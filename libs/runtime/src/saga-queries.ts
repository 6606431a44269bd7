import {
  shardOf,
  type CensusEntry,
  type Duration,
  type HistoryStore,
  type InstanceCatalogue,
  type InstanceCount,
  type InstanceSummary,
  type RecordedOrphan,
  type Turn,
} from 'reprise/core';
import { instanceFilter, refuse, type InstanceQuery } from './instance-query.js';
import { instanceCursor, instancePosition, orphanCursor, orphanPosition } from './page-cursor.js';
import { unknownInstance } from './result-watch.js';
import type { DeliveryRecord } from './delivery-record.js';
import type { WhoHasIt } from './holder.js';
import { lookAt, type QueryMeans } from './look-at.js';
import { whoHasIt } from './who-has-it.js';
import { stepHeartbeats, type StepHeartbeat } from './step-heartbeats.js';

export interface PageRequest {
  /** The most entries of the page, 1 to 500. Default 50. */
  readonly size?: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

export interface InstanceList {
  /** Newest first. */
  readonly instances: readonly InstanceSummary[];
  /**
   * Pass it as `after` for the next page; absent at the end. A page with `next` may hold fewer instances than asked for, even none: conditions
   * that no index serves are looked at for a bounded number of instances at a time.
   */
  readonly next?: string;
}

export interface OrphanList {
  /** Newest first. */
  readonly orphans: readonly RecordedOrphan[];
  readonly next?: string;
}

const USUAL = 50;
const LARGEST = 500;

/**
 * Finds and counts instances of all sagas, without reading their histories. Changes nothing. Injectable where `SagaModule` is imported;
 * elsewhere made over a store that is open.
 * @example const { instances, next } = await queries.list({ saga: 'order.place', tags: { customer: 'c-1' } });
 */
export class SagaQueries {
  /** @param means what makes `deliveries` and `whoHasIt` say more than the store knows */
  constructor(
    private readonly store: HistoryStore | (() => Promise<HistoryStore>),
    private readonly means: QueryMeans = {},
  ) {}

  /**
   * A page of runs, newest first. Runs that begin meanwhile are on no later page; none is skipped and none comes twice.
   * @throws SagaError `INVALID_FILTER`, `INVALID_TAG`, `INVALID_CURSOR`, `STORE_UNAVAILABLE`
   */
  async list(query: InstanceQuery = {}, page: PageRequest = {}): Promise<InstanceList> {
    const filter = instanceFilter(query);
    const after = page.after === undefined ? undefined : instancePosition(page.after, filter);
    const { instances, next } = await (await this.catalogue()).list(filter, sizeOf(page), after);
    return next ? { instances, next: instanceCursor(next, filter) } : { instances };
  }

  /**
   * How many match. `exact: false`: at least so many; it is not counted further than about 10,000.
   * @throws SagaError `INVALID_FILTER`, `INVALID_TAG`, `STORE_UNAVAILABLE`
   */
  async count(query: InstanceQuery = {}): Promise<InstanceCount> {
    const filter = instanceFilter(query);
    return (await this.catalogue()).count(filter);
  }

  /** Where the newest run of an id stands. @throws SagaError `UNKNOWN_INSTANCE`, `STORE_UNAVAILABLE` */
  async get(id: string): Promise<InstanceSummary> {
    const found = await (await this.opened()).find(shardOf(id), id);
    if (!found) throw unknownInstance(id);
    return found;
  }

  /** Everything that happened to a run, turn by turn; to the newest run of an id. @throws SagaError `UNKNOWN_INSTANCE`, `STORE_UNAVAILABLE` */
  async history(instance: string | InstanceSummary): Promise<Turn[]> {
    const { key } = typeof instance === 'string' ? await this.get(instance) : instance;
    return (await this.opened()).history(key);
  }

  /**
   * How far open steps of a run have come: what their bodies recorded last with `currentStep().heartbeat(details)`; of the newest run of an
   * id. @throws SagaError `UNKNOWN_INSTANCE`, `STORE_UNAVAILABLE`
   */
  async progress(instance: string | InstanceSummary): Promise<StepHeartbeat[]> {
    const { key } = typeof instance === 'string' ? await this.get(instance) : instance;
    return stepHeartbeats(await this.opened(), key);
  }

  /**
   * The way of each remote step of a run, and of each cue that it emitted to each subscriber: when it was queued, sent, received, handled and
   * answered; of the newest run of an id. In the order of the calls, cues last.
   * @param options.ask for how long the participants of requests that are open are asked what they know; not at all by default
   * @throws SagaError `UNKNOWN_INSTANCE`, `STORE_UNAVAILABLE`, `INVALID_DURATION`
   */
  async deliveries(
    instance: string | InstanceSummary,
    options: { readonly ask?: Duration } = {},
  ): Promise<DeliveryRecord[]> {
    const summary = typeof instance === 'string' ? await this.get(instance) : instance;
    return [...(await lookAt(await this.opened(), summary, this.means, options)).records];
  }

  /**
   * Who has an instance now, in words and as facts: a service that has not answered, a worker, a person, a timer, nobody. Asks the
   * participants of open requests.
   * @param options.ask for how long. Default 2 s
   * @throws SagaError `UNKNOWN_INSTANCE`, `STORE_UNAVAILABLE`, `INVALID_DURATION`
   * @example (await queries.whoHasIt('order-17')).words // inventory received `inventory.reserve` 4 min ago and has not answered
   */
  async whoHasIt(
    instance: string | InstanceSummary,
    { ask = '2s' }: { readonly ask?: Duration } = {},
  ): Promise<WhoHasIt> {
    const summary = typeof instance === 'string' ? await this.get(instance) : instance;
    return whoHasIt(await lookAt(await this.opened(), summary, this.means, { ask }));
  }

  /** Instances that wait for a person or a deploy. `error` of each is the cause. @throws as `list` */
  incidents(page: PageRequest = {}, query: Omit<InstanceQuery, 'status'> = {}): Promise<InstanceList> {
    return this.list({ ...query, status: 'incident' }, page);
  }

  /**
   * Replies and messages that nobody could take (law S7). @param id of one instance only
   * @throws SagaError `INVALID_FILTER`, `INVALID_CURSOR`, `STORE_UNAVAILABLE`
   */
  async orphans(page: PageRequest = {}, id?: string): Promise<OrphanList> {
    const before = page.after === undefined ? undefined : orphanPosition(page.after, id);
    const { orphans, next } = await (await this.catalogue()).orphans(sizeOf(page), before, id);
    return next === undefined ? { orphans } : { orphans, next: orphanCursor(next, id) };
  }

  /** Open instances by saga and version, and whether any living worker has that version (law D8). @throws SagaError `STORE_UNAVAILABLE` */
  async census(): Promise<CensusEntry[]> {
    return (await this.catalogue()).census();
  }

  private async opened(): Promise<HistoryStore> {
    return typeof this.store === 'function' ? this.store() : this.store;
  }

  private async catalogue(): Promise<InstanceCatalogue> {
    return (await this.opened()).catalogue;
  }
}

function sizeOf({ size = USUAL }: PageRequest): number {
  if (Number.isSafeInteger(size) && size >= 1 && size <= LARGEST) return size;
  throw refuse('The page size', `is a whole number from 1 to ${LARGEST}`);
}
