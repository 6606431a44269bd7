import type { HistoryStore, RefusedEnvelopes } from 'reprise/core';
import { Family } from './family.js';
import { LoopDelay } from './loop-delay.js';
import { METRICS, type MetricName } from './metrics.js';
import type { Metric, Sample } from './metric.js';
import { SagaFigures } from './saga-figures.js';
import { Spread } from './spread.js';
import { StoreLook } from './store-look.js';
import { Tally } from './tally.js';

/** What of an engine is looked at when somebody asks. */
export interface Measured {
  readonly store: HistoryStore;
  readonly refused: RefusedEnvelopes | undefined;
  /** How many instances are in memory. */
  readonly residents: () => number;
}

export interface FiguresOptions {
  /** How long figures of the store are good, in milliseconds. */
  readonly cache: number;
  /** How long the store may take, in milliseconds. */
  readonly limit: number;
}

/** The figures of one engine: counts what happens, and looks at the rest when somebody asks. One that is given none counts nothing. */
export class Figures {
  private readonly families = {
    started: tallies(METRICS.started),
    closed: tallies(METRICS.closed),
    duration: spreads(METRICS.duration),
    compensations: tallies(METRICS.compensations),
    attempts: tallies(METRICS.attempts),
    stepDuration: spreads(METRICS.stepDuration),
    incidents: tallies(METRICS.incidents),
    orphans: tallies(METRICS.orphans),
    batchSize: spreads(METRICS.batchSize),
    appendDuration: spreads(METRICS.appendDuration),
    appendFailures: tallies(METRICS.appendFailures),
    claimed: tallies(METRICS.claimed),
    evicted: tallies(METRICS.evicted),
    leaseLost: tallies(METRICS.leaseLost),
  };
  readonly batchSize = this.families.batchSize.of();
  readonly appendDuration = this.families.appendDuration.of();
  readonly appendFailures = this.families.appendFailures.of();
  readonly claimed = this.families.claimed.of();
  readonly evicted = this.families.evicted.of();
  readonly leaseLost = this.families.leaseLost.of();
  private readonly sagas = new Map<string, SagaFigures>();
  private readonly loop = new LoopDelay();
  private measured: Measured | undefined;
  private look: StoreLook | undefined;

  constructor(private readonly options: FiguresOptions) {}

  saga(name: string): SagaFigures {
    let found = this.sagas.get(name);
    if (!found) this.sagas.set(name, (found = new SagaFigures(name, this.families)));
    return found;
  }

  incident(code: string): void {
    this.families.incidents.of(code).add();
  }

  orphan(reason: string): void {
    this.families.orphans.of(reason).add();
  }

  begin(measured: Measured): void {
    this.measured = measured;
    this.look = new StoreLook(measured.store, this.options.cache, this.options.limit);
    this.loop.begin();
  }

  end(): void {
    this.measured = undefined;
    this.look = undefined;
    this.loop.end();
  }

  /** The numbers of one metric, now. Never rejects: what the store does not tell in time is left out. */
  async samples(metric: MetricName): Promise<Sample[]> {
    switch (metric) {
      case 'refused':
        return (this.measured?.refused?.counts() ?? []).map(({ code, transport, service = '', count }) => ({
          labels: { code, transport, service },
          value: count,
        }));
      case 'residents':
        return this.measured ? one(this.measured.residents()) : [];
      case 'loopDelay':
        return this.loop.samples();
      case 'open': {
        const open = (await this.look?.read())?.open ?? [];
        return open.map(({ saga, status, count }) => ({ labels: { saga, status }, value: count }));
      }
      case 'overdue':
      case 'deadLetters':
      case 'workers': {
        const figures = await this.look?.read();
        return figures ? one(metric === 'overdue' ? figures.overdue / 1_000 : figures[metric]) : [];
      }
      case 'storeRead':
        return this.look ? one((await this.look.read()) ? 1 : 0) : [];
      default:
        return this.families[metric].samples();
    }
  }
}

function tallies(metric: Metric): Family<Tally> {
  return new Family(metric, (labels) => new Tally(labels));
}

function spreads(metric: Metric): Family<Spread> {
  return new Family(metric, (labels) => new Spread(labels, metric.bounds!));
}

function one(value: number): Sample[] {
  return [{ labels: {}, value }];
}
