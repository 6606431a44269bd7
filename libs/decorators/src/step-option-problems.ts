import { stepPolicy, type HeartbeatOptions, type StepOptions, type TransactionalOptions } from 'reprise/core';
import { stepLimitProblems } from './step-limit-problems.js';

/**
 * What is wrong with the options of a step, in words.
 * @param remote true when another service performs it
 */
export function stepOptionProblems(
  options: StepOptions & TransactionalOptions & HeartbeatOptions,
  remote: boolean,
): string[] {
  const limitProblems = stepLimitProblems(options.limit);
  const problems = [...transactionProblems(options, remote), ...limitProblems];
  let policy;
  try {
    policy = stepPolicy(limitProblems.length > 0 ? { ...options, limit: {} } : options);
  } catch (error) {
    return [...problems, (error as Error).message];
  }
  if (policy.timeout === 0) problems.push('timeout is 0, so that no attempt could ever succeed.');
  if (policy.deadline === 0) problems.push('deadline is 0, so that no attempt could ever be made.');
  const { attempts, factor, jitter, heartbeatTimeout } = policy;
  if (heartbeatTimeout === 0) problems.push('heartbeatTimeout is 0, so that no attempt could ever succeed.');
  if (heartbeatTimeout !== Infinity && remote) {
    problems.push('another service performs it, so it has no heartbeatTimeout: give it a timeout.');
  } else if (heartbeatTimeout !== Infinity && heartbeatTimeout > policy.timeout) {
    problems.push('heartbeatTimeout is longer than timeout, so that it would never count.');
  }
  if (!(attempts === Infinity || (Number.isInteger(attempts) && attempts >= 1))) {
    problems.push(`retry.attempts is ${attempts}; it counts every try and is a whole number from 1.`);
  }
  if (!(factor >= 1)) problems.push(`retry.factor is ${factor}; it is 1 or more.`);
  if (!(jitter >= 0 && jitter <= 1)) problems.push(`retry.jitter is ${jitter}; it is a share from 0 to 1.`);
  return problems;
}

const ISOLATIONS: readonly unknown[] = [undefined, 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'];

function transactionProblems({ transactional }: TransactionalOptions, remote: boolean): string[] {
  if (!transactional) return [];
  if (remote) return ['another service performs it, so it cannot be transactional: give that service an inbox.'];
  if (transactional === true) return [];
  const isolation: unknown = (transactional as { isolation?: unknown }).isolation;
  if (ISOLATIONS.includes(isolation)) return [];
  return [`transactional.isolation is ${String(isolation)}; it is READ COMMITTED, REPEATABLE READ or SERIALIZABLE.`];
}
