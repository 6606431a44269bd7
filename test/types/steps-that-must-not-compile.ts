import { type Remote } from 'reprise/contracts';
import { Compensate, didNotHappen, happened, Query, Signal, Step, Verify } from 'reprise';
import { Inventory } from './shop.js';

// Each `@ts-expect-error` is an assertion: `tsc` fails when the line below it does compile.

class Money {
  constructor(readonly cents: number) {}
  plus(other: Money): Money {
    return new Money(this.cents + other.cents);
  }
}

export class WrongSteps {
  // @ts-expect-error the property's input does not match the command
  @Step(Inventory.reserve) declare wrongInput: (input: { orderId: number }) => Promise<{ reservationId: string }>;

  // @ts-expect-error the property promises more than the command answers
  @Step(Inventory.reserve) declare wrongResult: (input: unknown) => Promise<{ id: string }>;

  // @ts-expect-error the property is of another command
  @Step(Inventory.reserve) declare otherCommand: Remote<typeof Inventory.release>;

  // @ts-expect-error a remote step must be public: the client and the test kit name it
  @Step(Inventory.reserve) declare private hidden: Remote<typeof Inventory.reserve>;

  // @ts-expect-error a remote step is a property, not a method
  @Step(Inventory.release) async remoteMethod(_input: { orderId: string }): Promise<void> {}

  // @ts-expect-error another service performs a remote step: it cannot be in a transaction of this one
  @Step(Inventory.release, { transactional: true }) declare remoteTransaction: Remote<typeof Inventory.release>;

  // @ts-expect-error the body of a remote step is heard by its own process
  @Step(Inventory.release, { heartbeatTimeout: '10s' }) declare remoteHeartbeat: Remote<typeof Inventory.release>;

  // @ts-expect-error an isolation that PostgreSQL does not have
  @Step({ transactional: { isolation: 'SNAPSHOT' } }) async wrongIsolation() {}

  // @ts-expect-error a step is async
  @Step() synchronous() {
    return 1;
  }

  // @ts-expect-error a step is public
  @Step() private async secret() {}

  // @ts-expect-error a misspelt duration
  @Step({ timeout: '5 secs' }) async misspeltDuration() {}

  // @ts-expect-error an unknown option
  @Step({ timeOut: '5s' }) async misspeltOption() {}

  // @ts-expect-error a declared error is a class of errors
  @Step({ errors: [Money] }) async notAnError() {}

  // @ts-expect-error history cannot store an object with methods as a result
  @Step() async methodsInResult() {
    return { price: new Money(1) };
  }

  // @ts-expect-error history cannot store a function as an argument
  @Step() async functionAsArgument(_callback: () => void) {}

  // @ts-expect-error history cannot store an error as a result
  @Step() async errorAsResult() {
    return { failed: new Error('no') };
  }
}

export class WrongLimits {
  // @ts-expect-error the key takes a number, the step a text
  @Step({ limit: { concurrency: 1, key: (id: number) => `${id}` } }) async wrongKey(_orderId: string) {}

  // @ts-expect-error the priority takes more than the step
  @Step({ limit: { concurrency: 1, priority: (_id: string, n: number) => n } }) async wrongPriority(_orderId: string) {}

  // @ts-expect-error a key is a text
  @Step({ limit: { concurrency: 1, key: (id: string) => id.length } }) async numberAsKey(_orderId: string) {}

  // @ts-expect-error a rate needs a span
  @Step({ limit: { rate: { count: 1 } } }) async rateWithoutSpan() {}

  // @ts-expect-error the command's input has no customer
  @Step(Inventory.reserve, { limit: { concurrency: 1, key: (input) => input.customer } }) declare wrongField: Remote<
    typeof Inventory.reserve
  >;
}

export class WrongUndos {
  notAStep = 1;
  @Step(Inventory.reserve) declare reserve: Remote<typeof Inventory.reserve>;
  @Step() async charge(orderId: string) {
    return { id: orderId };
  }

  // @ts-expect-error the result's type is not the step's
  @Compensate('charge') async wrongResult(_charged: { nope: string } | undefined) {}

  // @ts-expect-error the result is undefined when the step's outcome is unknown
  @Compensate('charge') async neverUndefined(_charged: { id: string }) {}

  // @ts-expect-error the step's input is a string
  @Compensate('charge') async wrongInput(_charged: { id: string } | undefined, _orderId: number) {}

  // @ts-expect-error it takes more than the step took
  @Compensate('charge') async tooMany(_charged: unknown, _orderId: string, _more: string) {}

  // @ts-expect-error there is no such step
  @Compensate('chargee') async unknownStep() {}

  // @ts-expect-error a field is not a step
  @Compensate('notAStep') async undoesAField() {}

  // @ts-expect-error a local undo is async
  @Compensate('charge') synchronous() {}

  // @ts-expect-error what a local undo returns would be lost
  @Compensate('charge') async returnsSomething() {
    return 1;
  }

  // @ts-expect-error the mapping does not return the command's input
  @Compensate('reserve', Inventory.release) wrongMapping(_reserved: unknown, order: { orderId: string }) {
    return { order: order.orderId };
  }

  // @ts-expect-error a mapping is synchronous
  @Compensate('reserve', Inventory.release) async asyncMapping(_reserved: unknown, order: { orderId: string }) {
    return { orderId: order.orderId };
  }

  // @ts-expect-error the command gets its input from the mapping
  @Compensate('reserve', Inventory.release) mapsNothing() {}
}

export class Verifications {
  @Step(Inventory.reserve, { onUnknown: 'verify' }) declare reserve: Remote<typeof Inventory.reserve>;
  @Step({ onUnknown: 'verify' }) async charge(orderId: string) {
    return { id: orderId };
  }

  @Verify('charge', { retry: { attempts: 3 }, timeout: '5s' }) async good(orderId: string) {
    return orderId === '' ? didNotHappen : happened({ id: orderId });
  }

  @Verify('reserve', Inventory.reserve) goodMapping(answer: { reservationId: string }, order: { orderId: string }) {
    return order.orderId === '' ? didNotHappen : happened(answer);
  }

  // @ts-expect-error the result's type is not the step's
  @Verify('charge') async wrongResult() {
    return happened({ nope: 1 });
  }

  // @ts-expect-error the step's input is a string
  @Verify('charge') async wrongInput(_orderId: number) {
    return didNotHappen;
  }

  // @ts-expect-error there is no such step
  @Verify('chargee') async unknownStep() {
    return didNotHappen;
  }

  // @ts-expect-error it says whether the step happened
  @Verify('charge') async bareResult(orderId: string) {
    return { id: orderId };
  }

  // @ts-expect-error a local verification is async
  @Verify('charge') synchronous() {
    return didNotHappen;
  }

  // @ts-expect-error a mapping is synchronous
  @Verify('reserve', Inventory.reserve) async asyncMapping() {
    return didNotHappen;
  }

  // @ts-expect-error the command does not take the step's input
  @Verify('charge', Inventory.release) otherInput() {
    return didNotHappen;
  }
}

export class WrongMessages {
  // @ts-expect-error a signal is synchronous
  @Signal() async asyncSignal() {}

  // @ts-expect-error a signal returns nothing
  @Signal() answers() {
    return 1;
  }

  // @ts-expect-error a signal's arguments go into the history
  @Signal() takesCallback(_callback: () => void) {}

  // @ts-expect-error a query is synchronous
  @Query() async asyncQuery() {
    return 1;
  }

  // @ts-expect-error a query answers something
  @Query() silent() {}

  // @ts-expect-error a query's answer leaves the instance
  @Query() answersFunction() {
    return () => 1;
  }
}
