// `acktor doctor`: looks at the server, the queues and the workers, and says what to mend.
import type { Command } from 'commander';
import { table, type Column } from '../output/table.js';
import { type Check, type Verdict, examine } from '../doctor/examination.js';
import { namesCheck, placesCheck } from '../doctor/place-checks.js';
import { serverChecks } from '../doctor/server-checks.js';
import { workerChecks } from '../doctor/worker-checks.js';
import { joined, say, type Printable } from '../output/printable.js';
import { exitCodes } from '../errors.js';
import {
  configuredRetention,
  operatorCommand,
  operatorOptions,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';
import { colours, print } from '../output/output.js';

/** The command, ready to be added to a program. */
export function doctorCommand(): Command {
  const command = operatorCommand('doctor', 'look for what is wrong, and say how to mend it').description(
    'Looks at the server, the queues and the workers. Changes nothing. With --deep it looks at every key, too: for jobs in no list, leases ' +
      'without a job or a worker, and keys that hold something else.',
  );
  return withOperatorFlags(command.option('--deep', 'look at every key of the queues, too'))
    .addHelpText('after', EXPLANATION)
    .action((flags: DoctorFlags) => doctor(flags));
}

interface DoctorFlags extends OperatorFlags {
  readonly deep?: boolean;
}

/** All that is looked at, in the order in which it is printed. */
export const checks: readonly Check[] = [...serverChecks, ...workerChecks, namesCheck, placesCheck];

type NamedVerdict = { readonly check: string } & Verdict;

async function doctor(flags: DoctorFlags): Promise<void> {
  const retention = await configuredRetention(flags);
  const findings = await examine(await operatorOptions(flags), { isDeep: flags.deep === true, retention });
  const verdicts = checks.map(({ name, judge }): NamedVerdict => ({ check: name, ...judge(findings) }));
  const isWell = verdicts.every(({ state }) => state !== 'fail');
  if (!isWell) process.exitCode = exitCodes.failed;
  print(flags.json, {
    json: { server: findings.address, isWell, checks: verdicts },
    text: () => say`${findings.address}\n\n${table(COLUMNS, verdicts, { head: colours.dim })}${advice(verdicts)}`,
  });
}

const COLUMNS: readonly Column<NamedVerdict>[] = [
  { head: 'check', cell: ({ check }) => check },
  { head: 'verdict', cell: ({ state }) => COLOURS[state](state) },
  { head: 'found', cell: ({ found }) => found },
];

const COLOURS = { ok: colours.green, warn: colours.yellow, fail: colours.red } as const;

function advice(verdicts: readonly NamedVerdict[]): Printable {
  const ill = verdicts.flatMap((verdict) =>
    verdict.state === 'ok' ? [] : [say`  ${verdict.check}: ${verdict.fix}\n`],
  );
  return ill.length === 0 ? say`` : say`\nwhat to do\n${joined(ill)}`;
}

const EXPLANATION = `
Checks: ${checks.map(({ name }) => name).join(', ')}.
Each is "ok", "warn" (it works, and may not when something else goes wrong) or "fail" (jobs can be lost, stuck or refused).

JSON: { "server", "isWell", "checks": [{ "check", "state": "ok" | "warn" | "fail", "found", "fix" }] }, a fix only where needed

Exit codes: 0 nothing failed, 1 something did, 2 wrong usage, 4 no server.

Examples:
  acktor doctor --redis redis://db:6379
  acktor doctor --deep
  acktor doctor --json | jq -r '.checks[] | select(.state != "ok") | .fix'`;
