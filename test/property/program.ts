import fc from 'fast-check';

/** What a step's declaration fixes: how long it waits between two attempts, and whether it can be taken back. */
export const KINDS = {
  brisk: { pace: 7, undoable: true },
  slow: { pace: 13, undoable: true },
  plain: { pace: 11, undoable: false },
  pivot: { pace: 17, undoable: false },
} as const;
export type Kind = keyof typeof KINDS;

/** How often a step is tried. */
export const ATTEMPTS = 4;
/** How long an undo waits between two attempts, in milliseconds. */
export const UNDO_PACE = 5;

/** What goes wrong with an attempt. The request that is lost does nothing; the answer that is lost leaves its effect. */
export type Trouble = 'lost request' | 'lost answer';

/** A step and what the world does with it: the troubles come first, one an attempt. */
export interface StepPart {
  readonly do: 'step';
  readonly kind: Kind;
  readonly troubles: readonly Trouble[];
  readonly declines: boolean;
  /** How many attempts of its undo fail. */
  readonly undoFailures: number;
}

/** A part of a program: what a saga's code can be made of. Times are milliseconds. */
export type Part =
  | StepPart
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'hear'; readonly signal: number; readonly within: number }
  | { readonly do: 'compensate' }
  | { readonly do: 'shield' | 'child'; readonly part: Part }
  | { readonly do: 'limit'; readonly ms: number; readonly part: Part }
  | { readonly do: 'try'; readonly part: Part; readonly rescue: Part }
  | { readonly do: 'sequence' | 'all' | 'race' | 'settled'; readonly parts: readonly Part[] };

/** What comes from outside, and when: a signal by its number, or a cancellation. */
export interface Happening {
  readonly at: number;
  readonly what: number | 'cancel';
}

/** One thing to try: a program, what comes from outside, and after how many more moments the process dies, each time. */
export interface Trial {
  readonly program: Part;
  readonly happenings: readonly Happening[];
  readonly deaths: readonly number[];
}

const trouble = fc.constantFrom<Trouble>('lost request', 'lost answer');
const upTo = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const from1 = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

const step: fc.Arbitrary<Part> = fc.record({
  do: fc.constant('step'),
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Kind>('brisk', 'slow', 'plain') },
    { weight: 1, arbitrary: fc.constant<Kind>('pivot') },
  ),
  troubles: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(trouble, { maxLength: ATTEMPTS }) },
  ),
  declines: upTo(5).map((drawn) => drawn === 5),
  undoFailures: upTo(2),
});

const { part } = fc.letrec<{ part: Part; parts: readonly Part[] }>((tie) => {
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Part>) => ({ weight, arbitrary });
  const around = (...kinds: ('shield' | 'child')[]) =>
    fc.record({ do: fc.constantFrom(...kinds), part: tie('part') }) as fc.Arbitrary<Part>;
  return {
    part: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      weighted(8, step),
      weighted(2, fc.record({ do: fc.constant('sleep'), ms: from1(40) })),
      weighted(1, fc.record({ do: fc.constant('hear'), signal: upTo(2), within: from1(60) })),
      weighted(1, fc.constant({ do: 'compensate' })),
      weighted(2, around('shield')),
      weighted(3, around('child')),
      weighted(2, fc.record({ do: fc.constant('limit'), ms: from1(40), part: tie('part') })),
      weighted(3, fc.record({ do: fc.constant('try'), part: tie('part'), rescue: tie('part') })),
      weighted(
        10,
        fc.record({
          do: fc.constantFrom('sequence', 'sequence', 'all', 'race', 'settled'),
          parts: tie('parts'),
        }) as fc.Arbitrary<Part>,
      ),
    ),
    parts: fc.array(tie('part'), { minLength: 1, maxLength: 4 }),
  };
});

const happening: fc.Arbitrary<Happening> = fc.record({
  at: upTo(90),
  what: fc.oneof({ weight: 4, arbitrary: upTo(2) }, { weight: 1, arbitrary: fc.constant('cancel' as const) }),
});

/** At the outside a program is several things after each other or at once: one alone says little. */
const program = fc.record({
  do: fc.constantFrom('sequence', 'sequence', 'all'),
  parts: fc.array(part, { minLength: 1, maxLength: 4, size: 'max' }),
}) as fc.Arbitrary<Part>;

/** Trials by chance. */
export const trials: fc.Arbitrary<Trial> = fc.record({
  program,
  happenings: fc.array(happening, { maxLength: 3 }),
  deaths: fc.array(from1(25), { maxLength: 4 }),
});
