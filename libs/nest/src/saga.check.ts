import { Inject, Injectable } from '@nestjs/common';
import { SagaError } from 'reprise/core';
import { retentionProblems, sagaCommands, sagaProblems, sagaRecordOf } from 'reprise/decorators';
import { SAGA_MODULE_OPTIONS, type SagaModuleOptions } from './saga-module-options.js';
import type { FoundSaga } from './saga.explorer.js';
import { transactionProblems } from './transaction-problems.js';
import { allScheduleProblems } from './schedule-problems.js';
import { transportProblems } from './transport-problems.js';

/** Reports every mistake at once, at start-up, by class and method. */
@Injectable()
export class SagaCheck {
  constructor(@Inject(SAGA_MODULE_OPTIONS) private readonly options: SagaModuleOptions) {}

  /** @throws SagaError `INVALID_CONFIGURATION` */
  check(found: readonly FoundSaga[]): void {
    const classes = [...new Set(found.map(({ sagaClass }) => sagaClass))];
    const broken = classes.flatMap((sagaClass) => sagaProblems(sagaClass));
    this.refuse([
      ...broken,
      ...retentionProblems('SagaModule: `retention`', this.options.retention),
      ...duplicateProblems(found),
      ...scopeProblems(found),
      ...(broken.length > 0 ? [] : allScheduleProblems(classes, this.options.calendar)),
      ...transportProblems(
        this.options.transport,
        classes.map((sagaClass) => [sagaClass, sagaCommands(sagaClass)] as const),
      ),
      ...(typeof (this.options.store as unknown as { append?: unknown } | undefined)?.append === 'function'
        ? transactionProblems(this.options.store, classes)
        : ['SagaModule: `store` is not a store; pass postgres({ … }) from "reprise/postgres".']),
    ]);
  }

  private refuse(problems: readonly string[]): void {
    if (problems.length === 0) return;
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `${problems.length === 1 ? 'One mistake keeps' : `${problems.length} mistakes keep`} the sagas from running:\n` +
        problems.map((problem) => `  - ${problem}`).join('\n'),
    );
  }
}

function duplicateProblems(found: readonly FoundSaga[]): string[] {
  const problems: string[] = [];
  found.forEach(({ sagaClass, module }, index) => {
    const { name, version } = sagaRecordOf(sagaClass)!;
    const before = found.slice(0, index);
    const again = before.find((other) => other.sagaClass === sagaClass);
    const namesake = before.find(({ sagaClass: other }) => {
      const record = sagaRecordOf(other)!;
      return other !== sagaClass && record.name === name && record.version === version;
    });
    if (again) {
      problems.push(
        `${sagaClass.name}: it is provided by ${again.module} and again by ${module}; ` +
          'provide it once: clients need no provider.',
      );
    } else if (namesake) {
      problems.push(
        `${sagaClass.name}: it has the name and version of ${namesake.sagaClass.name} ("${name}", ${version}).`,
      );
    }
  });
  return problems;
}

function scopeProblems(found: readonly FoundSaga[]): string[] {
  return found
    .filter(({ isSingleton }) => !isSingleton)
    .map(
      ({ sagaClass }) =>
        `${sagaClass.name}: it, or something it injects, is request-scoped or transient; steps run without a request.`,
    );
}
