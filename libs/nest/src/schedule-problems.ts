import type { CronCalendar } from 'reprise/core';
import { sagaRecordOf, sagaSchedules, scheduleProblems, type SagaClass } from 'reprise/decorators';

/** What is wrong with the schedules on all saga classes, in words. */
export function allScheduleProblems(classes: readonly SagaClass[], calendar: CronCalendar | undefined): string[] {
  const problems = classes.flatMap((sagaClass) => scheduleProblems(sagaClass, calendar));
  return problems.length > 0 ? problems : sharedNames(classes);
}

/** Versions of one saga may share a schedule; the newest says what it is. */
function sharedNames(classes: readonly SagaClass[]): string[] {
  const owners = new Map<string, SagaClass>();
  const problems: string[] = [];
  for (const sagaClass of classes) {
    for (const { name } of sagaSchedules(sagaClass)) {
      const owner = owners.get(name) ?? sagaClass;
      owners.set(name, owner);
      if (sagaRecordOf(owner)!.name === sagaRecordOf(sagaClass)!.name) continue;
      problems.push(`${sagaClass.name}: its schedule has the name of one of ${owner.name} ("${name}").`);
    }
  }
  return problems;
}
