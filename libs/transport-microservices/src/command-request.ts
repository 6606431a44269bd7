import { validateWith, wrapRequest, type Command } from 'reprise/contracts';
import { encodePayload, SagaError, type StepCommand, type StepEnvelope } from 'reprise/core';

/**
 * The payload of one attempt. The input is checked as the caller sees it, and travels as the caller gave it: defaults and
 * transformations are the handler's side of the contract.
 *
 * @throws SagaError `INVALID_COMMAND_INPUT`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`: sending it again would not help
 */
export async function requestOf(
  contract: Command,
  command: StepCommand,
  form: 'embedded' | 'none',
  limit?: number,
): Promise<unknown> {
  const checked = await validateWith(contract.definition.input, command.input);
  if (!checked.valid) {
    throw new SagaError(
      'INVALID_COMMAND_INPUT',
      `The input of "${contract.pattern}" is not what its contract asks for: ${checked.issues}.`,
      'Correct what the saga passes to the step; nothing was sent.',
    );
  }
  return form === 'none' ? bareInput(command.input, limit) : wrapRequest(envelopeOf(command), command.input, limit);
}

function envelopeOf(command: StepCommand): StepEnvelope {
  const { saga, instance, flow, run, step, call, attempt, key, undoes, deadline, traceparent, tracestate, cue } =
    command;
  return {
    v: 1,
    saga,
    instance,
    ...(flow === undefined ? {} : { flow }),
    run,
    step,
    call,
    attempt,
    key,
    ...(undoes === undefined ? {} : { undoes }),
    deadline,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
    ...(cue === undefined ? {} : { cue }),
  };
}

/** What Nest itself would send. Nest refuses to send nothing, so that is an empty object. */
function bareInput(input: unknown, limit?: number): unknown {
  encodePayload(input, 'the input of the command', limit);
  try {
    return JSON.parse(JSON.stringify(input ?? {})) as unknown;
  } catch (cause) {
    throw new SagaError(
      'NOT_SERIALISABLE',
      'The input of the command holds a value that plain JSON cannot carry.',
      'Leave `envelope: "none"` away, or send strings and numbers only.',
      { cause },
    );
  }
}
