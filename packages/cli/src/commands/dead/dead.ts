// `acktor dead`: lists dead letters, counts them, shows one, and has the commands that redrive and purge them.
import type { DeadLetter, DeadLetterPreview, Operator } from '@acktor/core';
import { Command, Option } from 'commander';
import { NotFoundError } from '../../errors.js';
import { since } from '../../output/durations.js';
import { colours, counted, print } from '../../output/output.js';
import { firstLine, joined, say, type Printable } from '../../output/printable.js';
import { table, type Column } from '../../output/table.js';
import { wholeNumber } from '../../settings/settings.js';
import { showJob } from '../job.js';
import {
  commandsBeside,
  operatorCommand,
  requireQueue,
  withDefaultCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from '../operator-command.js';
import { deadPurgeCommand, deadRedriveCommand } from './bulk.js';
import { filterOf, requireTimes, withFilterFlags, type FilterFlags } from './dead-filter.js';

/** The group, ready to be added to a program. */
export function deadCommand(): Command {
  const group = new Command('dead')
    .summary('list, show, redrive and purge dead letters')
    .description(
      'Jobs that were given up, with why. Without a further word: how many there are in each queue, and why they died.',
    )
    .helpOption('-h, --help', 'explain this command');
  return withDefaultCommand(group, listCommand())
    .addCommand(showCommand())
    .addCommand(deadRedriveCommand())
    .addCommand(deadPurgeCommand());
}

interface ListFlags extends OperatorFlags, FilterFlags {
  readonly limit: string;
  readonly offset: string;
}

function listCommand(): Command {
  const command = operatorCommand('list', 'list dead letters, or count them by queue and reason')
    .description(
      'Lists the dead letters of a queue, the last that died first. Without a queue: how many each has, and why they died.',
    )
    .argument('[queue]', 'the queue')
    .addOption(new Option('-n, --limit <n>', 'how many to list').default('50'))
    .addOption(new Option('--offset <n>', 'how many to pass over first').default('0'));
  return withOperatorFlags(withFilterFlags(command))
    .addHelpText('after', LIST)
    .action((queue: string | undefined, flags: ListFlags, self: Command) =>
      withOperator(flags, async (operator) => {
        if (queue === undefined) return count(operator, flags);
        await requireQueue(operator, queue, commandsBeside(self));
        return list(operator, queue, flags);
      }),
    );
}

async function list(operator: Operator, queue: string, flags: ListFlags): Promise<void> {
  const span = { limit: wholeNumber(flags.limit, '--limit'), offset: wholeNumber(flags.offset, '--offset') };
  requireTimes(flags);
  await requireQueue(operator, queue);
  const found = operator.deadLetters(queue);
  const serverTime = await found.serverTime();
  const filter = filterOf(flags, serverTime);
  const letters: DeadLetter[] = [];
  for await (const letter of found.list({ ...filter, ...span })) letters.push(letter);
  print(flags.json, {
    json: { queue, deadLetters: letters.map((letter) => ({ ...letter, payload: undefined, history: undefined })) },
    text: () =>
      letters.length === 0 ? say`no such dead letters in ${queue}\n` : listed(letters, serverTime.getTime()),
  });
}

function listed(letters: readonly DeadLetter[], nowMs: number): Printable {
  const columns: readonly Column<DeadLetter>[] = [
    { head: 'id', cell: ({ id }) => id },
    { head: 'job', cell: ({ jobName }) => firstLine(jobName) },
    { head: 'died', cell: ({ deadAt }) => `${since(deadAt.getTime(), nowMs)} ago`, isNumber: true },
    { head: 'attempts', cell: ({ attemptsMade }) => String(attemptsMade), isNumber: true },
    { head: 'reason', cell: ({ reason }) => firstLine(reason) },
  ];
  return table(columns, letters, { head: colours.dim });
}

async function count(operator: Operator, flags: ListFlags): Promise<void> {
  requireTimes(flags);
  const queues: QueueCount[] = [];
  for (const { queue, deadLetters } of await operator.queues()) {
    if (deadLetters === 0) continue;
    const letters = operator.deadLetters(queue);
    queues.push({ queue, ...(await letters.preview(filterOf(flags, await letters.serverTime()))) });
  }
  print(flags.json, {
    json: { queues },
    text: () => (queues.length > 0 ? joined(queues.map(paragraph)) : say`no dead letters\n`),
  });
}

type QueueCount = DeadLetterPreview & { readonly queue: string };

function paragraph({ queue, count: all, reasons }: QueueCount): Printable {
  const columns: readonly Column<(typeof reasons)[number]>[] = [
    { head: 'letters', cell: ({ count: letters }) => letters.toLocaleString('en'), isNumber: true },
    { head: 'reason', cell: ({ reason }) => firstLine(reason) },
  ];
  const most = table(columns, reasons.slice(0, MOST_REASONS), { indent: '  ', head: colours.dim });
  return say`${queue}: ${counted(all, 'dead letter')}\n${most}`;
}

const MOST_REASONS = 10;

const LIST = `
JSON, with a queue: { "queue", "deadLetters": [{ "id", "jobName", "queue", "reason", "stack", "sentAt", "deadAt", "attemptsMade",
  "deliveries", "leasesLost", "priority", "redrives" }] }, times as ISO texts
JSON, without one: { "queues": [{ "queue", "count", "reasons": [{ "reason", "count" }] }] }, the most frequent reasons first

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Examples:
  acktor dead list                                how many died where, and why
  acktor dead list payments --since 2h
  acktor dead list payments --reason ECONNREFUSED --json | jq -r '.deadLetters[].id'`;

interface ShowFlags extends OperatorFlags {
  readonly payload?: boolean;
}

function showCommand(): Command {
  const command = operatorCommand('show', 'show one dead letter with its stack and attempts')
    .description(
      'Shows why a job was given up and how each attempt at it ended. Its payload is shown only with --payload.',
    )
    .argument('<queue>', 'the queue')
    .argument('<id>', 'the id of the job')
    .option('--payload', 'show its payload, too');
  return withOperatorFlags(command)
    .addHelpText('after', SHOW)
    .action((queue: string, id: string, flags: ShowFlags) =>
      withOperator(flags, (operator) => show(operator, { queue, id }, flags)),
    );
}

async function show(
  operator: Operator,
  { queue, id }: { readonly queue: string; readonly id: string },
  flags: ShowFlags,
): Promise<void> {
  await requireQueue(operator, queue);
  const job = await operator.job(queue, id);
  if (job?.place !== 'deadLettered') throw new NotFoundError(`expected a dead letter of ${queue}, got the id ${id}`);
  await showJob(operator, job, flags);
}

const SHOW = `
JSON: that of "acktor job".

Exit codes: 0 shown, 1 failed, 2 wrong usage, 3 no such queue or dead letter, 4 no server.

Example:
  acktor dead show payments o-1 --payload`;
