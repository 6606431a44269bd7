import { isSchema } from 'reprise/contracts';
import type { SagaError } from 'reprise/core';
import { construct } from './director.js';
import type { SagaClass } from './saga-class.js';
import { ambiguousMembers, membersOf, startingEventsOf } from './saga-metadata.js';
import { className, sagaOutline, type SagaOutline } from './saga-outline.js';
import { groupProblems, orderProblems, pivotProblems } from './compensation-problems.js';
import { retentionProblems } from './retention-problems.js';
import type { CompensationRecord, MemberRecord, MessageRecord, StepRecord, ValidatorRecord } from './saga-record.js';
import { stepOptionProblems } from './step-option-problems.js';
import { verifyProblems } from './verify-problems.js';

/**
 * Everything that is wrong with a saga class, each with class and method, in words; an empty list is good.
 * It constructs the class once, without services, to see whether it can be.
 */
export function sagaProblems(sagaClass: SagaClass): string[] {
  let outline: SagaOutline;
  try {
    outline = sagaOutline(sagaClass);
  } catch (error) {
    return [(error as Error).message];
  }
  const own = className(sagaClass);
  const records = membersOf(sagaClass);
  return [
    ...classProblems(outline).map((problem) => `${own}: ${problem}`),
    ...[...ambiguousMembers(sagaClass)].map(
      ([member, by]) =>
        `${own}.${member}: ${by.join(' and ')} each declare it; declare it in ${own} itself, so that it is plain which one counts.`,
    ),
    ...roleProblems(records).map((problem) => `${own}.${problem}`),
    ...[...outline.steps.values()].flatMap((step) => stepProblems(outline, step).map(at(own, step.member))),
    ...[...outline.compensations.values()].flatMap((undo) => undoProblems(outline, undo).map(at(own, undo.member))),
    ...verifyProblems(outline, records).map((problem) => `${own}.${problem}`),
    ...records
      .filter((record): record is MessageRecord => MESSAGES.has(record.role))
      .flatMap((message) => messageProblems(outline, records, message).map(at(own, message.member))),
    ...records
      .filter((record): record is ValidatorRecord => record.role === 'validator')
      .flatMap((validator) => validatorProblems(outline, records, validator).map(at(own, validator.member))),
  ];
}

function at(own: string, member: string) {
  return (problem: string): string => `${own}.${member}: ${problem}`;
}

function classProblems(outline: SagaOutline): string[] {
  const { sagaClass, record } = outline;
  const problems: string[] = [];
  if (typeof record.name !== 'string' || record.name.trim() === '') problems.push('@Saga needs a name.');
  if (!Number.isSafeInteger(record.version) || record.version < 1) {
    problems.push(`version is ${String(record.version)}; it is a whole number from 1.`);
  }
  if (record.input !== undefined && !isSchema(record.input)) problems.push('input is not a Standard Schema.');
  problems.push(...retentionProblems('retention', record.retention));
  problems.push(...orderProblems(record.compensation));
  problems.push(...startingProblems(sagaClass));
  const run: unknown = (sagaClass.prototype as Record<string, unknown>)['run'];
  if (run === undefined) problems.push('it has no run(input, saga) method.');
  else if (typeof run !== 'function') problems.push('run is not a method.');
  const touched: SagaError[] = [];
  try {
    construct(outline, (error) => touched.push(error));
  } catch (error) {
    if (touched.length === 0) problems.push(`its constructor throws without its services: ${(error as Error).message}`);
  }
  if (touched.length > 0) {
    problems.push(
      `its constructor or a field initialiser uses an injected service, which only steps may: ${touched[0]!.what}`,
    );
  }
  return problems;
}

/** Of one event the upper decorator alone would count. Other sagas may start on it too. */
function startingProblems(sagaClass: SagaClass): string[] {
  const events = startingEventsOf(sagaClass).map(({ event }) => event);
  return [...new Set(events.filter((event, at) => events.indexOf(event) !== at))].map(
    (event) =>
      `two @StartsOn are for event "${event}", which starts one instance; make its id and input in one of them.`,
  );
}

const MESSAGES: ReadonlySet<MemberRecord['role']> = new Set(['signal', 'query', 'update']);
const RESERVED: ReadonlySet<string> = new Set(['run', 'constructor', 'then']);

function roleProblems(records: readonly MemberRecord[]): string[] {
  const problems: string[] = [];
  for (const member of new Set(records.map((record) => record.member))) {
    const roles = records.filter((record) => record.member === member).map((record) => record.role);
    if (roles.length > 1) problems.push(`${member}: it is ${roles.join(' and ')} at once.`);
    if (RESERVED.has(member)) problems.push(`${member}: this name cannot be a ${roles[0]!}.`);
  }
  return problems;
}

function stepProblems(outline: SagaOutline, step: StepRecord): string[] {
  const problems = stepOptionProblems(step.options, step.command !== undefined);
  problems.push(...pivotProblems(outline, step));
  const body = methodOf(outline, step.member);
  if (step.command && step.onMethod) {
    problems.push('a remote step is a property: declare it without a body, as Remote<typeof YourContract.operation>.');
  }
  if (!step.command && !step.onMethod) {
    problems.push('it is a property without a command. Is its contract imported in a circle?');
  }
  if (!step.command && step.onMethod && body === undefined) problems.push('it is not a method any more.');
  const names = (step.options.errors ?? []).map((type) => (typeof type === 'function' ? type.name : undefined));
  if (names.includes(undefined)) problems.push('errors holds something that is not a class.');
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    if (name !== undefined) problems.push(`errors holds two classes named ${name}.`);
  }
  return problems;
}

function undoProblems(outline: SagaOutline, undo: CompensationRecord): string[] {
  const problems = stepOptionProblems(undo.options, undo.command !== undefined);
  problems.push(...groupProblems(undo.options.group));
  if (!outline.steps.has(undo.step)) {
    const steps = [...outline.steps.keys()];
    problems.push(
      `it takes back "${undo.step}", which is not a step of this saga; ${steps.length > 0 ? `its steps are ${steps.join(', ')}` : 'it has no steps'}.`,
    );
  }
  const first = [...outline.compensations.values()].find(({ step }) => step === undo.step)!;
  if (first !== undo) problems.push(`"${undo.step}" is taken back by ${first.member} already.`);
  const body = methodOf(outline, undo.member);
  if (body === undefined) problems.push('it is not a method.');
  if (undo.command && isAsync(body)) problems.push(`it maps to the input of a command and cannot be async.`);
  return problems;
}

function messageProblems(outline: SagaOutline, records: readonly MemberRecord[], message: MessageRecord): string[] {
  const problems: string[] = [];
  const body = methodOf(outline, message.member);
  if (body === undefined) problems.push('it is not a method.');
  if (message.role !== 'update' && isAsync(body)) problems.push(`a ${message.role} cannot be async.`);
  if (message.name.trim() === '') problems.push(`the ${message.role} needs a name.`);
  const first = records.find((other) => other.role === message.role && other.name === message.name)!;
  if (first !== message) problems.push(`the ${message.role} "${message.name}" is ${first.member} already.`);
  return problems;
}

function validatorProblems(
  outline: SagaOutline,
  records: readonly MemberRecord[],
  { member, update }: ValidatorRecord,
): string[] {
  const problems: string[] = [];
  if (!records.some((record) => record.role === 'update' && record.member === update)) {
    const updates = [...outline.updates.values()].map((record) => record.member);
    problems.push(
      `it looks at "${update}", which is not an update of this saga; its updates: ${updates.join(', ') || 'none'}.`,
    );
  }
  const first = records.find((record) => record.role === 'validator' && record.update === update)!;
  if (first.member !== member) problems.push(`"${update}" has the validator ${first.member} already.`);
  const body = methodOf(outline, member);
  if (body === undefined) problems.push('it is not a method.');
  if (isAsync(body)) problems.push('a validator cannot be async.');
  return problems;
}

function methodOf(outline: SagaOutline, member: string): unknown {
  const method: unknown = (outline.sagaClass.prototype as Record<string, unknown>)[member];
  return typeof method === 'function' ? method : undefined;
}

/** As far as it can be seen from outside: an ordinary function that returns a promise is found when it does. */
function isAsync(body: unknown): boolean {
  return Object.prototype.toString.call(body) === '[object AsyncFunction]';
}
