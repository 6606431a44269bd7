import type { ErrorClass } from 'reprise/contracts';

/** Does the work. Answers the name of the business error if it ended in one, undefined if it is done. Anything else is thrown on. */
export async function refusalOf(refusal: ErrorClass, work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof refusal) return error.name;
    throw error;
  }
}
