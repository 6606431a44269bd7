import { TRANSPORT_CAPABILITIES } from 'reprise/contracts';
import { Page } from './markdown.js';

const yes = (is: boolean): string => (is ? 'yes' : 'no');

/** The contract suite (test/transport) holds the same table against real brokers. */
it('docs/transports.md says what each transport does, as the code has it', () => {
  const columns = 7;
  const rows = new Page('docs/transports.md').tableRows.filter((cells) => cells.length === columns);
  const documented = Object.values(TRANSPORT_CAPABILITIES).map((it) => [
    it.name,
    it.replicas,
    yes(it.keeps),
    yes(it.redelivers),
    it.refusesAtOnce ? 'at once' : 'at the deadline',
    yes(it.headers),
    String(it.payloadLimit ?? ''),
  ]);
  expect(rows).toEqual(documented);
});
