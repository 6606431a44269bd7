import { seededRandom } from '../../scripts/seeded-random.mjs';
import { told, type End } from './end.js';
import { ModelSaga } from './model-saga.js';
import type { ModelWorld } from './model-step.js';
import type { Part, Trial } from './program.js';
import { SimulatedTime, type TieBreak } from './simulated-time.js';

/** What the model says of a trial. */
export interface Prediction {
  readonly end: End;
  /** False when it depends on which of two things comes first that are due at the same moment, or on a person. */
  readonly isCertain: boolean;
  /** The same of the order in which things are taken back. */
  readonly isOrderCertain: boolean;
}

/** Who is first at the same moment: whoever was first to ask, the last, and some by chance. */
function tieBreaks(): TieBreak[] {
  const byChance = (seed: number): TieBreak => {
    const chance = seededRandom(seed);
    return (count) => Math.floor(chance() * count);
  };
  return [() => 0, (count) => count - 1, ...[1, 2, 3, 4].map(byChance)];
}

/** Predicts how a program ends when nothing crashes, by a model that has nothing of the engine in it. */
export async function predict({ program, happenings }: Pick<Trial, 'program' | 'happenings'>): Promise<Prediction> {
  const ends: End[] = [];
  let isUncertain = false;
  for (const first of tieBreaks()) {
    const sagas: ModelSaga[] = [];
    const newSaga = (at: string, part: Part): ModelSaga => {
      const saga = new ModelSaga(at, part, world);
      sagas.push(saga);
      return saga;
    };
    const world: ModelWorld = { time: new SimulatedTime(first), standing: new Set(), newSaga, isUncertain: false };
    const { time, standing } = world;
    const main = newSaga('s', program);
    void time.soon().then(() => main.begin());
    for (const { at, what } of happenings)
      void time.endOf(at).then(() => (what === 'cancel' ? main.cancel() : main.hear(what)));
    await time.pass();
    isUncertain ||= world.isUncertain;
    const instances = Object.fromEntries(sagas.map(({ at, status, said, undone }) => [at, { status, said, undone }]));
    ends.push({ instances, standing: [...standing] });
  }
  const isAlways = (ordered: boolean): boolean =>
    new Set(ends.map((end) => told(end, ordered))).size === 1 && !isUncertain;
  return { end: ends[0]!, isCertain: isAlways(false), isOrderCertain: isAlways(true) };
}
