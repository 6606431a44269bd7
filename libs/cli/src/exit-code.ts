/** What the process answers to whoever called it. */
export const EXIT = {
  /** Done, and the answer is good. */
  done: 0,
  /** Done, and the answer is bad: a history does not replay, an instance that was watched did not complete, the doctor found a problem. */
  negative: 1,
  /** The command line, a file or the application that it names is wrong. Nothing was done. */
  usage: 2,
  /** The database cannot be reached, or its schema is not the one of this release. */
  unreachable: 3,
  /** There is no such instance, or what was asked of it was refused or not confirmed. */
  refused: 4,
  /** A fault of the command line itself. */
  fault: 70,
  /** Stopped by Ctrl+C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For `--help` and the documentation. */
export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.done, 'done, and the answer is good'],
  [
    EXIT.negative,
    'done, and the answer is bad: a history does not replay, a watched instance did not complete, the doctor found a problem',
  ],
  [EXIT.usage, 'the command line, a file or an application that it names is wrong'],
  [EXIT.unreachable, 'the database cannot be reached, or its schema is of another release'],
  [EXIT.refused, 'no such instance, or what was asked of it was refused or not confirmed'],
  [EXIT.fault, 'a fault of the command line itself'],
  [EXIT.interrupted, 'stopped by Ctrl+C'],
];
