import {
  sagaDefinition,
  type RunnableSaga,
  type SagaClass,
  type SagaInput,
  type SignalName,
  type StepInput,
  type StepResult,
  type UpdateName,
} from 'reprise/decorators';
import { messageName } from './message-name.js';
import type { SagaEngine, StartOptions } from 'reprise/runtime';
import { SagaHandle } from './saga-handle.js';
import type { TransactionManager } from './transaction-manager.js';

export interface ClientStartOptions extends Omit<StartOptions, 'manager'> {
  /**
   * Starts the instance inside this transaction: it begins when the transaction commits, and leaves no trace if it rolls back (law S9).
   */
  readonly manager?: TransactionManager;
}

/** Nobody takes an update before the instance has begun, so that it cannot wait for one that begins later. */
export type UpdateStartOptions = Omit<ClientStartOptions, 'delay' | 'debounce' | 'maxWait'>;

/** What `start` takes: the input may be left out where `run()` does without. */
type StartArguments<Input, Options = ClientStartOptions> = undefined extends Input
  ? [input?: Input, options?: Options]
  : [input: Input, options?: Options];

/**
 * Starts instances of one saga and finds them again.
 *
 * `Input` is what `run()` takes; where the saga's schema turns one type into another, name what callers send:
 * `SagaClient<PlaceOrderSaga, z.input<typeof PlaceOrder>>`.
 *
 * @example
 * constructor(@InjectSaga(PlaceOrderSaga) private readonly orders: SagaClient<PlaceOrderSaga>) {}
 * const handle = await this.orders.start(order, { id: `order-${order.id}` });
 */
export class SagaClient<T extends RunnableSaga, Input = SagaInput<T>> {
  constructor(
    private readonly sagaClass: SagaClass<T>,
    private readonly engine: () => Promise<SagaEngine>,
  ) {}

  /**
   * Starts an instance. It is durable when this resolves; some process that hosts the saga runs it.
   * An id starts at most one open instance, whoever asks and however often (law I1). With `delay` or `debounce` it begins later.
   * @throws SagaError `INVALID_DURATION`, `INVALID_CONFIGURATION` for options that do not go together; `INVALID_INPUT`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`, `INVALID_ID`, `DUPLICATE_ID`, `SHUTTING_DOWN`;
   *   with `manager` also `NOT_IN_TRANSACTION`, `FOREIGN_TRANSACTION`
   */
  async start(...[input, options]: StartArguments<Input>): Promise<SagaHandle<T>> {
    const engine = await this.engine();
    return this.get(await engine.start(sagaDefinition(this.sagaClass), input, options));
  }

  /**
   * Sends a signal to the instance with `options.id`, and starts it first if there is none: the new one gets the signal before its `run()`
   * begins. An ended one is started again, unless `onClosed` says otherwise.
   * @throws SagaError as `start` and `handle.signal`
   * @example await carts.signalWithStart('add', [item], { customer }, { id: `cart-${customer}` });
   */
  async signalWithStart<Name extends SignalName<T>>(
    name: Name,
    args: StepInput<T[Name]>,
    ...[input, options]: StartArguments<Input>
  ): Promise<SagaHandle<T>> {
    const engine = await this.engine();
    const sent = { name: messageName(this.sagaClass, 'signal', name), args };
    return this.get(await engine.signalWithStart(sagaDefinition(this.sagaClass), input, sent, options));
  }

  /**
   * Sends an update to the instance with `options.id`, which is started first if there is none, and waits for the answer. An ended one
   * is started again, unless `onClosed` says otherwise.
   * @throws SagaUpdateError, SagaError as `start` and `handle.update`
   */
  async updateWithStart<Name extends UpdateName<T>>(
    name: Name,
    args: StepInput<T[Name]>,
    ...[input, options]: StartArguments<Input, UpdateStartOptions>
  ): Promise<{ readonly handle: SagaHandle<T>; readonly result: StepResult<T[Name]> }> {
    const engine = await this.engine();
    const sent = { name: messageName(this.sagaClass, 'update', name), args };
    const update = await engine.updateWithStart(sagaDefinition(this.sagaClass), input, sent, options);
    return { handle: this.get(update.id), result: (await update.result()) as StepResult<T[Name]> };
  }

  /** The instance with this id. Whether there is one shows when it is asked something. */
  get(id: string): SagaHandle<T> {
    return new SagaHandle(id, this.sagaClass, this.engine);
  }
}
