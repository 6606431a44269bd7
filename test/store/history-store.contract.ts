import { describeAppends } from './contract/appends.js';
import { describeCatalogue } from './contract/catalogue.js';
import { describeClaims } from './contract/claims.js';
import { describeCorrespondence } from './contract/correspondence.js';
import { describeDeliveries } from './contract/deliveries.js';
import { describeDelays } from './contract/delays.js';
import { describeCues } from './contract/cues.js';
import { describeHeads } from './contract/heads.js';
import { describeIncidents } from './contract/incidents.js';
import { describeLeases } from './contract/leases.js';
import { describeLimits } from './contract/limits.js';
import { describeMessages } from './contract/messages.js';
import { describeProgress } from './contract/progress.js';
import { describeRetention } from './contract/retention.js';
import { describeSchedules } from './contract/schedules.js';
import { describeStarts } from './contract/starts.js';
import { describeSuccessors } from './contract/successors.js';
import { describeTags } from './contract/tags.js';
import { StoreBench, type StoreUnderTest } from './contract/store-bench.js';

export { messageOf, startOf, turnOf } from './contract/sample-turns.js';
export type { StoreUnderTest } from './contract/store-bench.js';

/** The promises of the HistoryStore port. `create` is called once per test. */
export function describeHistoryStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`HistoryStore: ${name}`, () => {
    const bench = new StoreBench();
    beforeEach(() => bench.setUp(create));
    afterEach(() => bench.under.dispose());

    describeAppends(bench);
    describeStarts(bench);
    describeHeads(bench);
    describeClaims(bench);
    describeLeases(bench);
    describeMessages(bench);
    describeCorrespondence(bench);
    describeSuccessors(bench);
    describeIncidents(bench);
    describeTags(bench);
    describeCatalogue(bench);
    describeRetention(bench);
    describeSchedules(bench);
    describeLimits(bench);
    describeProgress(bench);
    describeDeliveries(bench);
    describeDelays(bench);
    describeCues(bench);
  });
}
