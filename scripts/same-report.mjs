// Checks whether two reports of the license audit are the same, but for what happened during the runs.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

const FEWEST_KILLS = 5;
const [undisturbed, killed] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
const { run: _calm, ...expected } = undisturbed;
const { run, ...found } = killed;

if (!isDeepStrictEqual(found, expected)) fail('expected both runs to come to the same report, and they differ');
if (!(run.kills >= FEWEST_KILLS)) fail(`expected at least ${FEWEST_KILLS} workers to be killed, got ${run.kills}`);
console.log(`the same report, with ${run.kills} workers killed`);

function fail(complaint) {
  console.error(complaint);
  process.exit(1);
}
