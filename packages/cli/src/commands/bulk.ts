// `acktor promote`, `drain`, `clean` and `move`: say how many jobs of a queue are meant, ask, and show how far it is.
import type { BulkOutcome, Operator } from '@acktor/core';
import { Option, type Command } from 'commander';
import { atTheTerminal, confirm } from '../output/asking.js';
import { counted, print, showProgress } from '../output/output.js';
import { say, type Printable } from '../output/printable.js';
import { spanMs } from '../settings/settings.js';
import {
  operatorCommand,
  requireQueue,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';

interface BulkFlags extends OperatorFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly delayed?: boolean;
  readonly olderThan?: string;
  readonly state?: 'waiting' | 'delayed' | 'dead';
}

/** The commands, ready to be added to a program. */
export function bulkCommands(): readonly Command[] {
  return [promoteCommand(), drainCommand(), cleanCommand(), moveCommand()];
}

function promoteCommand(): Command {
  const command = operatorCommand('promote', 'make all delayed jobs of a queue due')
    .description(
      'Jobs that wait for their time, or for their next attempt, wait for their turn from now on. Runs of schedules keep their times, and ' +
        'jobs that wait for the rate of their key keep to it.',
    )
    .argument('<queue>', 'the queue');
  return withBulkFlags(command)
    .addHelpText('after', explanation('acktor promote mails --dry-run'))
    .action((queue: string, flags: BulkFlags) =>
      runOn(queue, flags, {
        question: (count) => say`Make ${counted(count, 'delayed job')} of ${queue} due?`,
        done: 'made due',
        run: (operator, options) => operator.promoteAll(queue, options),
      }),
    );
}

function drainCommand(): Command {
  const command = operatorCommand('drain', 'remove all jobs of a queue that wait')
    .description(
      'Removes jobs for good that wait for their turn; with --delayed those that wait for their time instead. What is under way goes on, and what ' +
        'has ended stays. Schedules go on. Pause the queue first, or its consumers take jobs meanwhile.',
    )
    .argument('<queue>', 'the queue')
    .option('--delayed', 'those that are delayed');
  return withBulkFlags(command)
    .addHelpText('after', explanation('acktor drain mails --dry-run'))
    .action((queue: string, flags: BulkFlags) => {
      const place = flags.delayed ? 'delayed' : 'waiting';
      return runOn(queue, flags, {
        question: (count) => say`Remove ${counted(count, `${place} job`)} of ${queue} for good?`,
        done: 'removed',
        run: (operator, options) => operator.clear(queue, { place, ...options }),
      });
    });
}

function cleanCommand(): Command {
  const command = operatorCommand('clean', 'remove old acked jobs of a queue')
    .description(
      'Removes jobs with their results that were acked so long ago, or longer: what the retention of the workers has left.',
    )
    .argument('<queue>', 'the queue')
    .requiredOption('--older-than <span>', 'since when they are acked: 0s for all, 30m, 12h, 7d');
  return withBulkFlags(command)
    .addHelpText('after', explanation('acktor clean mails --older-than 7d'))
    .action((queue: string, flags: BulkFlags) => {
      const olderThanMs = spanMs(flags.olderThan ?? '', '--older-than');
      return runOn(queue, flags, {
        question: (count) => say`Remove ${counted(count, 'acked job')} of ${queue} for good?`,
        done: 'removed',
        run: (operator, options) => operator.clear(queue, { place: 'acked', olderThanMs, ...options }),
      });
    });
}

const PLACES = { waiting: 'waiting', delayed: 'delayed', dead: 'deadLettered' } as const;

function moveCommand(): Command {
  const command = operatorCommand('move', 'move all jobs of a state to another queue')
    .description(
      'Each moves in one step, with its id, payload and options. Dead letters wait for their turn there, with all their attempts before them. ' +
        'Runs of schedules, members of flows, jobs of a key, and jobs whose id the other queue knows stay.',
    )
    .argument('<queue>', 'the queue')
    .argument('<to>', 'the other queue, which may be new')
    .addOption(new Option('--state <state>', 'where the jobs are').choices(Object.keys(PLACES)).default('waiting'));
  return withBulkFlags(command)
    .addHelpText('after', explanation('acktor move mails mails-slow --state delayed'))
    .action((queue: string, to: string, flags: BulkFlags) => {
      const state = flags.state ?? 'waiting';
      return runOn(queue, flags, {
        question: (count) => say`Move ${counted(count, `${state} job`)} of ${queue} to ${to}?`,
        done: 'moved',
        run: (operator, options) => operator.moveAll(queue, to, { place: PLACES[state], ...options }),
      });
    });
}

function withBulkFlags(command: Command): Command {
  return withOperatorFlags(
    command.option('--dry-run', 'say how many jobs are meant, and do nothing').option('-y, --yes', 'do not ask'),
  );
}

/** One bulk operation. */
interface Bulk {
  readonly question: (count: number) => Printable;
  /** What was done to a job, as in "12 jobs moved". */
  readonly done: string;
  readonly run: (operator: Operator, options: RunOptions) => Promise<BulkOutcome>;
}

interface RunOptions {
  readonly most?: number;
  readonly dryRun?: boolean;
  readonly onProgress?: (done: number) => void;
}

function runOn(queue: string, flags: BulkFlags, bulk: Bulk): Promise<void> {
  return withOperator(flags, async (operator) => {
    await requireQueue(operator, queue);
    const preview = await bulk.run(operator, { dryRun: true });
    if (flags.dryRun || preview.matched === 0) return report(queue, preview, { bulk, flags });
    await confirm(bulk.question(preview.matched), flags.yes, atTheTerminal());
    const progress = showProgress(preview.matched, 'job');
    const onProgress = (done: number) => progress.update(done);
    try {
      // The answer does not mean jobs that come after the question.
      report(queue, await bulk.run(operator, { most: preview.matched, onProgress }), { bulk, flags });
    } finally {
      progress.stop();
    }
  });
}

function report(
  queue: string,
  outcome: BulkOutcome,
  { bulk: { done: word }, flags }: { readonly bulk: Bulk; readonly flags: BulkFlags },
): void {
  const { matched, done, left } = outcome;
  const rest = left > 0 ? `; ${left.toLocaleString('en')} left` : '';
  print(flags.json, {
    json: { queue, ...outcome },
    text: () =>
      flags.dryRun || matched === 0
        ? say`${counted(matched, 'job')} of ${queue} ${matched === 1 ? 'is' : 'are'} meant\n`
        : say`${counted(done, 'job')} ${word}${rest}\n`,
  });
}

function explanation(example: string): string {
  return `
Says how many jobs are meant and asks; --yes answers. Without a terminal nothing is done unless --yes is given. Works in calls of a hundred
jobs, between which the server serves others: after an interruption, simply run it again.

JSON: { "queue", "matched", "done", "left" }: how many were there, were changed, and were left where they are

Exit codes: 0 done (also when there are none), 1 failed, 2 wrong usage or not confirmed, 3 no such queue, 4 no server.

Example:
  ${example}`;
}
