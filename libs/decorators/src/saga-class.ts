/* eslint-disable @typescript-eslint/no-explicit-any -- the bounds of generics that infer from classes; no value is typed by them */
/** A class that can be decorated with `@Saga`. */
export type SagaClass<T = any> = new (...dependencies: any[]) => T;
export type AnyMethod = (...args: any[]) => any;
export type AsyncMethod = (...args: any[]) => Promise<any>;

/** What every saga has. */
export interface RunnableSaga {
  run: (input: any, saga: any) => Promise<any>;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

type RunOf<T> = T extends { run: infer Run extends AnyMethod } ? Run : never;

/** What `run()` of a saga takes. */
export type SagaInput<T> = Parameters<RunOf<T>>[0];
/** What `run()` of a saga answers in the end. */
export type SagaResult<T> = Awaited<ReturnType<RunOf<T>>>;
/** What a step answers. */
export type StepResult<F> = F extends (...args: never[]) => Promise<infer Result> ? Result : never;
/** What a step takes. */
export type StepInput<F> = F extends (...args: infer Input) => unknown ? Input : never;

/** The names of the steps and local compensations of a saga: its public methods that answer a promise. */
export type StepName<T> = {
  [K in keyof T & string]: K extends 'run' ? never : T[K] extends AsyncMethod ? K : never;
}[keyof T & string];

/** The names of the signals of a saga: its public methods that are synchronous and answer nothing. */
export type SignalName<T> = {
  [K in keyof T & string]: T[K] extends AnyMethod ? ([ReturnType<T[K]>] extends [void] ? K : never) : never;
}[keyof T & string];

/** The names of the updates of a saga: its public methods that are async, apart from `run()`. Steps are not told from them here. */
export type UpdateName<T> = {
  [K in keyof T & string]: K extends 'run' ? never : T[K] extends AsyncMethod ? K : never;
}[keyof T & string];

/** The names of the queries of a saga: its public methods that are synchronous and answer a value. */
export type QueryName<T> = {
  [K in keyof T & string]: T[K] extends AnyMethod
    ? [ReturnType<T[K]>] extends [void]
      ? never
      : T[K] extends AsyncMethod
        ? never
        : K
    : never;
}[keyof T & string];
