// `acktor dead list`: the dead letters of a queue, or how many each queue has.
import type { DeadLetter, DeadLetterPreview, Operator } from '@acktor/core';
import { Option, type Command } from 'commander';
import { table, type Column } from '../../output/table.js';
import { requireQueue } from '../../operating/known-queues.js';
import {
  operatorCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from '../../operating/operator-command.js';
import { since } from '../../output/durations.js';
import { firstLine, joined, say, type Printable } from '../../output/printable.js';
import { colours, counted, print } from '../../output/output.js';
import { wholeNumber } from '../../settings/settings.js';
import { filterOf, requireTimes, withFilterFlags, type FilterFlags } from './dead-filter.js';

interface ListFlags extends OperatorFlags, FilterFlags {
  readonly limit: string;
  readonly offset: string;
}

/** The command, ready to be added to a group. */
export function deadListCommand(): Command {
  const command = operatorCommand('list', 'list dead letters, or count them by queue and reason')
    .description(
      'Lists the dead letters of a queue, the last that died first. Without a queue: how many each has, and why they died.',
    )
    .argument('[queue]', 'the queue')
    .addOption(new Option('-n, --limit <n>', 'how many to list').default('50'))
    .addOption(new Option('--offset <n>', 'how many to pass over first').default('0'));
  return withOperatorFlags(withFilterFlags(command))
    .addHelpText('after', EXPLANATION)
    .action((queue: string | undefined, flags: ListFlags) =>
      withOperator(flags, (operator) => (queue === undefined ? count(operator, flags) : list(operator, queue, flags))),
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

const EXPLANATION = `
JSON, with a queue: { "queue", "deadLetters": [{ "id", "jobName", "queue", "reason", "stack", "sentAt", "deadAt", "attemptsMade",
  "deliveries", "leasesLost", "priority", "redrives" }] }, times as ISO texts
JSON, without one: { "queues": [{ "queue", "count", "reasons": [{ "reason", "count" }] }] }, the most frequent reasons first

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Examples:
  acktor dead list                                how many died where, and why
  acktor dead list payments --since 2h
  acktor dead list payments --reason ECONNREFUSED --json | jq -r '.deadLetters[].id'`;
