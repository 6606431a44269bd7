/** What somebody who looked says of a step that nobody answered (law S6): its effect happened, with this result, or it did not happen. */
export type Verified<Result> = { readonly happened: true; readonly result: Result } | { readonly happened: false };

/** The effect of the step happened, and this is its result. @example return payment ? happened(payment) : didNotHappen; */
export function happened(): Verified<void>;
export function happened<Result>(result: Result): Verified<Result>;
export function happened(result?: unknown): Verified<unknown> {
  return { happened: true, result };
}

/** The effect of the step did not happen, and no attempt of it that is still under way will make it happen. */
export const didNotHappen: Verified<never> = Object.freeze({ happened: false });

/** True for what `happened` and `didNotHappen` make. */
export function isVerified(value: unknown): value is Verified<unknown> {
  return typeof value === 'object' && value !== null && 'happened' in value && typeof value.happened === 'boolean';
}
