import { mermaidText } from 'reprise/core';
import type { SagaClass } from './saga-class.js';
import { sagaDefinition } from './saga-definition.js';

/**
 * The declared steps of a saga and what takes each of them back, as a flowchart in the language of Mermaid. In which order they run only
 * `run()` knows, so there are no arrows between steps; `historyDiagram` shows what one instance did.
 * @example writeFileSync('place-order.mmd', sagaDiagram(PlaceOrderSaga));
 */
export function sagaDiagram(saga: SagaClass): string {
  const { name, version, steps } = sagaDefinition(saga);
  const all = [...steps.values()];
  const serving = new Set(all.flatMap(({ undo, verification }) => [undo, verification]));
  const forward = all.filter((step) => !serving.has(step.name));
  const lines = forward.flatMap(({ name, command, policy, undo, verification }, at) => {
    const service = command && `${command.service}.${command.operation}`;
    const label = [name, ...(service ? [service] : []), ...(policy.pivot ? ['point of no return'] : [])];
    const text = label.map(mermaidText).join('<br>');
    return [
      `    step${at}["${text}"]`,
      ...(undo === undefined ? [] : [`    step${at} -. undone by .-> undo${at}(["${mermaidText(undo)}"])`]),
      ...(verification === undefined
        ? []
        : [`    step${at} -. verified by .-> look${at}{{"${mermaidText(verification)}"}}`]),
    ];
  });
  return ['flowchart LR', `  subgraph saga["${mermaidText(`${name}, version ${version}`)}"]`, ...lines, '  end'].join(
    '\n',
  );
}
