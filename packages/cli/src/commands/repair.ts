// `acktor repair`: shows what is out of place in the queues and what would be done about it, and does it.
import type { QueueFault, RepairOutcome } from '@acktor/core';
import type { Command } from 'commander';
import { faultInWords } from '../doctor/place-checks.js';
import { inspectWithProgress } from '../doctor/examination.js';
import { exitCodes } from '../errors.js';
import { colours, counted, print, showProgress } from '../output/output.js';
import { say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';
import { operatorCommand, withOperator, withOperatorFlags, type OperatorFlags } from './operator-command.js';

/** The command, ready to be added to a program. */
export function repairCommand(): Command {
  const command = operatorCommand('repair', 'put back what is out of place in the queues')
    .description(
      'Looks at every key of the queues, as "acktor doctor --deep" does, and shows what it would do: jobs in no list wait again, or are listed ' +
        'among those that ended, if they did; leases without a job under way are removed; what workers hold that are not there is given back; a job ' +
        "in the place of a queue's own part gets another id, and is a dead letter with the reason. With --yes it does so. Keys that hold another " +
        'kind of value are only shown.',
    )
    .option('--dry-run', 'show what would be done, and do nothing (the default)')
    .option('-y, --yes', 'do it');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((flags: RepairFlags) => repair(flags));
}

interface RepairFlags extends OperatorFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

type Outcome = RepairOutcome | 'shown';
type Line = QueueFault & { readonly outcome: Outcome };

async function repair(flags: RepairFlags): Promise<void> {
  await withOperator(flags, async (operator) => {
    const { faults, isWhole, seen } = await inspectWithProgress(operator);
    const lines: Line[] = [];
    const isDone = flags.yes === true && flags.dryRun !== true;
    const bar = isDone && faults.length > 0 ? showProgress(faults.length, 'fault') : undefined;
    try {
      for (const fault of faults) {
        lines.push({ ...fault, outcome: isDone ? await operator.repair(fault) : 'shown' });
        bar?.update(lines.length);
      }
    } finally {
      bar?.stop();
    }
    if (lines.some(({ outcome }) => outcome === 'left')) process.exitCode = exitCodes.failed;
    print(flags.json, {
      json: { isWhole, seen, isDone, faults: lines },
      text: () => inWords(lines, { isDone, isWhole, seen }),
    });
  });
}

interface Extent {
  readonly isDone: boolean;
  readonly isWhole: boolean;
  readonly seen: number;
}

function inWords(lines: readonly Line[], { isDone, isWhole, seen }: Extent): Printable {
  const bound = isWhole ? say`` : say`not all was looked at: run it again when this is repaired\n`;
  if (lines.length === 0) return say`of ${counted(seen, 'key')} none is out of place\n${bound}`;
  const end = isDone ? say`` : say`\nnothing was changed; acktor repair --yes does it\n`;
  return say`${table(COLUMNS, lines, { head: colours.dim })}${bound}${end}`;
}

const COLUMNS: readonly Column<Line>[] = [
  { head: 'what is wrong', cell: faultInWords },
  { head: 'repair', cell: (line) => repairInWords(line) },
];

function repairInWords({ kind, outcome }: Line): string {
  if (outcome === 'gone') return 'none: it is right by now';
  const [future, past] = REPAIRS[kind];
  return outcome === 'repaired' ? past : future;
}

const BY_HAND = 'by hand: rename or delete the key';
const REPAIRS: Readonly<Record<QueueFault['kind'], readonly [future: string, past: string]>> = {
  unlistedJob: ['puts it back into its place', 'put back'],
  strayLease: ['removes the lease', 'removed'],
  absentHolder: ['gives them back', 'given back'],
  misplacedJob: ['gives it another id, as a dead letter', 'a dead letter under another id'],
  wrongType: [BY_HAND, BY_HAND],
};

const EXPLANATION = `
JSON: { "isWhole", "seen", "isDone", "faults": [{ "kind": "unlistedJob" | "strayLease" | "absentHolder" | "misplacedJob" | "wrongType", "queue", …,
  "outcome": "shown" | "repaired" | "gone" | "left" }] }; "gone" was right by then, "left" has to be decided by a person

Exit codes: 0 shown, or done; 1 something has to be done by hand; 2 wrong usage; 4 no server.

Examples:
  acktor repair                 what it would do
  acktor repair --yes           does it`;
