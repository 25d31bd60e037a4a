// What `npm run chaos -- --help` says.
import { scenarios } from './scenarios/scenarios.js';

export function helpText(): string {
  return `npm run chaos -- [options]

Injects faults into real worker processes, a real Redis and the wire between them, and checks from a ledger outside of
Redis that no job was lost, held twice, delivered again without cause, put out of order or left behind. Every scenario is
run again with its defence switched off: a checker that does not notice that proves nothing.

  --quick          reduced counts: within eight minutes on two cores
  --all            every scenario at its full count: an hour, and half of one more for the soak
  --only 1,4       only these scenarios
  --shard 1/2      every second scenario, from the first on: for parts that run side by side
  --seed n         replays the schedule of faults of the run that printed this seed
  --json           one JSON object on standard output, and nothing else there
  --out file       the same object in a file, kept up to date while it runs
  --merge file…    runs nothing: one table out of such files; of two results of a scenario the later file's
  --report file…   the same, into docs/reliability.md
  --help           this text

Scenarios (faults at --quick, by default, at --all; * only at --all, or by --only)
${scenarios.map(({ number, about, runs, isLong }) => `  ${String(number).padStart(2)}${isLong ? '*' : ' '} ${about} (${Object.values(runs).join(', ')})`).join('\n')}
`;
}
