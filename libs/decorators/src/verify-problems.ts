import type { SagaOutline } from './saga-outline.js';
import type { MemberRecord, VerifierRecord } from './saga-record.js';
import { stepOptionProblems } from './step-option-problems.js';

/** What is wrong with the verifications of a saga class, each with its method, in words. */
export function verifyProblems(outline: SagaOutline, records: readonly MemberRecord[]): string[] {
  const verifiers = records.filter((record): record is VerifierRecord => record.role === 'verifier');
  const verified = new Set(verifiers.map(({ step }) => step));
  const missing = [...outline.steps.values()]
    .filter(({ member, options }) => options.onUnknown === 'verify' && !verified.has(member))
    .map(({ member }) => `${member}: onUnknown is 'verify', but no method verifies it: add @Verify('${member}').`);
  const wrong = verifiers.flatMap((verifier) =>
    problemsOf(outline, verifiers, verifier).map((problem) => `${verifier.member}: ${problem}`),
  );
  return [...missing, ...wrong];
}

function problemsOf(outline: SagaOutline, verifiers: readonly VerifierRecord[], verifier: VerifierRecord): string[] {
  const { member, step: name, options, command } = verifier;
  const problems = stepOptionProblems(options, command !== undefined);
  const step = outline.steps.get(name);
  const steps = [...outline.steps.keys()].join(', ') || 'none';
  if (!step) problems.push(`it verifies "${name}", which is not a step of this saga; its steps: ${steps}.`);
  else if (step.options.onUnknown !== 'verify') {
    problems.push(`it verifies "${name}", which is never verified: give that step onUnknown: 'verify'.`);
  }
  const first = verifiers.find((other) => other.step === name)!;
  if (first.member !== member) problems.push(`"${name}" is verified by ${first.member} already.`);
  const body: unknown = (outline.sagaClass.prototype as Record<string, unknown>)[member];
  if (typeof body !== 'function') problems.push('it is not a method.');
  if (command && Object.prototype.toString.call(body) === '[object AsyncFunction]') {
    problems.push('it maps the answer of a command and cannot be async.');
  }
  return problems;
}
