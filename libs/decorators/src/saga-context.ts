import { declaredErrors, type Command, type CommandInput, type CommandResult } from 'reprise/contracts';
import {
  SagaError,
  stepPolicy,
  type ChildOptions,
  type SagaCalls,
  type SagaContext as EngineContext,
  type StepOptions,
} from 'reprise/core';
import { sagaCues, type CueCalls } from './saga-cues.js';
import type { RunnableSaga, SagaClass, SagaInput, SagaResult } from './saga-class.js';

/** How `saga.call()` is tried, and how it is taken back. */
export interface CallOptions<C extends Command, U extends Command> extends StepOptions {
  readonly undo?: UndoCall<C, U>;
}

export interface UndoCall<C extends Command, U extends Command> extends StepOptions {
  readonly command: U;
  /** What the undo's command gets; `result` is undefined when nobody knows what became of the call (law C3). Pure. */
  readonly input: (result: CommandResult<C> | undefined, input: CommandInput<C>) => CommandInput<U>;
}

/** Handed to `run()`: what the engine offers, and what is typed by contracts and classes. */
export interface SagaContext extends EngineContext, CueCalls {
  /**
   * A remote step that is only known at run time, for instance one per supplier in a loop. It is durable as any other, and is undone in its
   * place of the order. The commands that a saga calls stand in its `@Saga({ calls: […] })`.
   * @throws SagaError `UNDECLARED_COMMAND`; what a remote step throws
   * @example
   * await saga.call(Supplier.order, { sku }, { undo: { command: Supplier.cancel, input: (order) => ({ id: order?.id }) } });
   */
  call<C extends Command, U extends Command = Command>(
    command: C,
    input: CommandInput<C>,
    options?: CallOptions<C, U>,
  ): Promise<CommandResult<C>>;

  /**
   * Runs another saga as a step of this one (law C6): it has an id, a history and compensations of its own, and may run in another
   * process. When this saga is undone, a child that completed is undone as one step; cancelling reaches children first.
   * @returns what its `run()` returned
   * @throws SagaFailedError when it failed, was undone, or was cancelled; its `cause` is the error of its `run()`
   * @example const parcels = await Promise.all(order.lines.map((line) => saga.child(ShipLineSaga, line)));
   */
  child<T extends RunnableSaga>(
    saga: SagaClass<T>,
    input: SagaInput<T>,
    options?: ChildOptions,
  ): Promise<SagaResult<T>>;
}

/** The context of the engine, to which is added what is typed by contracts and classes. */
export function sagaContext(
  calls: SagaCalls,
  declared: readonly Command[],
  definitionOf: (saga: SagaClass) => Parameters<SagaCalls['child']>[0],
): SagaContext {
  const call = (
    command: Command,
    input: unknown,
    { undo, ...options }: CallOptions<Command, Command> = {},
  ): Promise<unknown> => {
    for (const used of [command, ...(undo ? [undo.command] : [])]) {
      if (!declared.includes(used)) return Promise.reject(undeclared(used));
    }
    return calls.dynamicStep(
      {
        definition: remote(command, stepPolicy(options)),
        ...(undo
          ? {
              undo: {
                definition: remote(undo.command, stepPolicy(undo, 'compensation')),
                map: (result, [sent]) => [undo.input(result as undefined, sent)],
              },
            }
          : {}),
      },
      [input],
    );
  };
  const child = (saga: SagaClass, input: unknown, options: ChildOptions = {}): Promise<unknown> =>
    calls.child(definitionOf(saga), input, options);
  return Object.assign(calls.context, { call, child, ...sagaCues(calls) }) as SagaContext;
}

function remote(command: Command, policy: ReturnType<typeof stepPolicy>) {
  return { name: command.pattern, policy, declared: declaredErrors(command), command: command.address };
}

function undeclared({ pattern }: Command): SagaError {
  return new SagaError(
    'UNDECLARED_COMMAND',
    `The saga called "${pattern}", which it does not declare.`,
    'Add the command to `calls` of its @Saga.',
  );
}
