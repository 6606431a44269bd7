import type { Command } from 'reprise/contracts';
import type { StepTransport } from 'reprise/core';
import type { SagaClass } from 'reprise/decorators';

/** A transport that wants to know commands, so that it can check what is sent and received by their schemas. */
interface LearnsCommands {
  register(command: Command): void;
}

/** What keeps the remote steps from being sent, in words. Makes the commands known to the transport on the way. */
export function transportProblems(
  transport: StepTransport | undefined,
  sagas: readonly (readonly [SagaClass, readonly Command[]])[],
): string[] {
  if (!transport) {
    return sagas
      .filter(([, commands]) => commands.length > 0)
      .map(
        ([sagaClass, commands]) =>
          `${sagaClass.name}: it sends ${commands.map(({ pattern }) => pattern).join(', ')}, but there is no transport; ` +
          'pass `transport: microservices({ … })` from "reprise/microservices" to SagaModule.',
      );
  }
  const commands = [...new Set(sagas.flatMap(([, used]) => used))];
  const learns = transport as StepTransport & Partial<LearnsCommands>;
  const refused = commands.flatMap((command) => {
    try {
      learns.register?.(command);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  return [...refused, ...transport.check(commands.map(({ address }) => address))];
}
