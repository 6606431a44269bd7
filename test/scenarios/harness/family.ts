import { ScratchSchema } from '../../store/scratch-schema.js';
import { crashEverywhereIn, runInMemory } from './in-memory.js';
import { runOverPostgres, runWithKills, type Killing } from './over-postgres.js';
import { record, recordings, replayRecording } from './recording.js';
import type { Scenario } from './scenario.js';

const RECORDED = recordings();

/** Longer than anything here takes, in milliseconds. */
const PATIENCE = 180_000;

/**
 * The specs of scenarios that belong together: each in memory, with a crash at every point, and over PostgreSQL with two workers; then all
 * of them at the same time over PostgreSQL while workers die. Every run has to come to the end that the scenario states, with the same
 * things standing in the books, and every history has to replay. So do the histories that earlier releases recorded (law D9); with
 * `RECORD_REPLAYS=0.2.0` those of a new release are written into `test/replays`.
 */
export function family(name: string, scenarios: readonly Scenario[], killing: Partial<Killing> = {}): void {
  const { seed = Number(process.env['SCENARIO_SEED'] ?? Date.now() % 1_000_000), deaths = 6, within = 120 } = killing;

  describe(name, () => {
    const scratch = new ScratchSchema();
    afterAll(() => scratch.drop());

    describe.each(scenarios)('$name', (scenario) => {
      it('in memory, and every prefix of every history replays', () => runInMemory(scenario), PATIENCE);

      it(
        'in memory, wherever the process dies',
        async () => expect(await crashEverywhereIn(scenario)).toBeGreaterThan(5),
        PATIENCE,
      );

      const release = process.env['RECORD_REPLAYS'];
      if (release)
        it(`is recorded as release ${release} does it`, () => record(release, name, scenario, scratch), PATIENCE);
      const recorded = RECORDED.filter((other) => other.family === name && other.scenario === scenario.name);
      if (recorded.length > 0) {
        it.each(recorded)('D9 replays what release $release recorded', (recording) =>
          replayRecording(recording, scenario),
        );
      }

      it(
        'over PostgreSQL, with two workers',
        async () => expect(await runOverPostgres(scratch, [scenario])).not.toEqual([]),
        PATIENCE,
      );
    });

    it(
      'all at once over PostgreSQL, while workers die',
      async () => {
        const { kills, cuts } = await runWithKills(scratch, scenarios, { seed, deaths, within }).catch(
          (error: unknown) => {
            throw new Error(`with SCENARIO_SEED=${seed}`, { cause: error });
          },
        );
        process.stdout.write(
          `${name}: ${kills} workers died, ${cuts} times all connections broke (SCENARIO_SEED=${seed})\n`,
        );
        expect(kills).toBeGreaterThan(0);
      },
      PATIENCE,
    );
  });
}
