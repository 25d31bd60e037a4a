// `acktor jobs`: lists the jobs of a queue, by where they are.
import type { JobListing, JobPlace, JobSummary, Operator } from '@acktor/core';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { closestMatch } from 'leven';
import { table, type Column } from '../output/table.js';
import {
  requireQueue,
  operatorCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';
import { since, until } from '../output/durations.js';
import { firstLine, joined, say, shellWord, type Printable } from '../output/printable.js';
import { colours, print } from '../output/output.js';
import { wholeNumber } from '../settings/settings.js';

interface JobsFlags extends OperatorFlags {
  readonly limit: string;
  readonly cursor?: string;
}

/** The command, ready to be added to a program. */
export function jobsCommand(): Command {
  const command = operatorCommand('jobs', 'list the jobs of a queue')
    .description(
      'Lists jobs without their payloads. Waiting ones come in the order in which they will be fetched, delayed ones by when they ' +
        'are due, active ones by when they were fetched, children (parents that wait for their children) by when they began to; ' +
        'acked and dead ones newest first.',
    )
    .argument('<queue>', 'the queue')
    .addArgument(
      new Argument('[state]', `where the jobs are: ${STATES.join(', ')}`).argParser(stateOf).default('waiting'),
    )
    .addOption(new Option('-n, --limit <n>', 'how many to list, at most 1,000').default('50'))
    .option('--cursor <cursor>', 'where an earlier page ended');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((queue: string, state: State, flags: JobsFlags) =>
      withOperator(flags, (operator) => jobs(operator, { queue, state }, flags)),
    );
}

const PLACES = {
  waiting: 'waiting',
  children: 'waitingForChildren',
  delayed: 'delayed',
  active: 'active',
  acked: 'acked',
  dead: 'deadLettered',
} as const satisfies Record<string, JobPlace>;

type State = keyof typeof PLACES;
const STATES = Object.keys(PLACES) as readonly State[];

/** Also by the word that JSON has for it. What other tools call it is not guessed at, but answered. */
function stateOf(word: string): State {
  const state = STATES.find((known) => known === word || PLACES[known] === word);
  if (state !== undefined) return state;
  const meant = ELSEWHERE.get(word.toLowerCase()) ?? closestMatch(word, [...STATES], { maxDistance: 3 });
  const advice = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new InvalidArgumentError(`Allowed choices are ${STATES.join(', ')}.${advice}`);
}

/** BullMQ's words, and people's. */
const ELSEWHERE: ReadonlyMap<string, State> = new Map([
  ['wait', 'waiting'],
  ['prioritized', 'waiting'],
  ['completed', 'acked'],
  ['done', 'acked'],
  ['failed', 'dead'],
  ['dead-letter', 'dead'],
  ['dead-letters', 'dead'],
  ['dead-lettered', 'dead'],
  ['deadletters', 'dead'],
]);

interface Asked {
  readonly queue: string;
  readonly state: State;
}

async function jobs(operator: Operator, asked: Asked, { limit, cursor, json }: JobsFlags): Promise<void> {
  const { queue, state } = asked;
  const options = { place: PLACES[state], limit: wholeNumber(limit, '--limit'), cursor };
  await requireQueue(operator, queue);
  const [listing, serverTime] = await Promise.all([
    operator.jobs(queue, options),
    operator.deadLetters(queue).serverTime(),
  ]);
  const columns = columnsOf(state, serverTime.getTime());
  print(json, { json: { queue, state, ...listing }, text: () => listed(listing, columns, asked) });
}

function listed(listing: JobListing, columns: readonly Column<JobSummary>[], { queue, state }: Asked): Printable {
  if (listing.jobs.length === 0) return say`no ${state} jobs in ${queue}\n`;
  const rows = table(columns, listing.jobs, { head: colours.dim });
  const more =
    listing.cursor === undefined
      ? ''
      : say`more: acktor jobs ${shellWord(queue)} ${state} --cursor ${listing.cursor}\n`;
  return joined([rows, more]);
}

function columnsOf(state: State, nowMs: number): readonly Column<JobSummary>[] {
  return [
    { head: 'id', cell: ({ id }) => id },
    { head: 'job', cell: ({ name }) => firstLine(name) },
    { head: 'sent', cell: ({ sentAtMs }) => `${since(sentAtMs, nowMs)} ago`, isNumber: true },
    { head: 'attempts', cell: ({ attemptsMade }) => String(attemptsMade), isNumber: true },
    { head: 'priority', cell: ({ priority }) => String(priority), isNumber: true },
    ...COLUMNS[state](nowMs),
  ];
}

const reason: Column<JobSummary> = { head: 'reason', cell: (job) => firstLine(job.reason) };
const worker: Column<JobSummary> = { head: 'worker', cell: ({ workerId }) => firstLine(workerId) };
const ended = (nowMs: number): Column<JobSummary> => ({
  head: 'ended',
  cell: ({ endedAtMs }) => `${since(endedAtMs, nowMs)} ago`,
  isNumber: true,
});

const COLUMNS: Readonly<Record<State, (nowMs: number) => readonly Column<JobSummary>[]>> = {
  waiting: () => [],
  children: () => [],
  delayed: (nowMs) => [{ head: 'due in', cell: ({ dueAtMs }) => until(dueAtMs, nowMs), isNumber: true }, reason],
  active: (nowMs) => [{ head: 'held for', cell: (job) => since(job.startedAtMs, nowMs), isNumber: true }, worker],
  acked: (nowMs) => [ended(nowMs), worker],
  dead: (nowMs) => [ended(nowMs), reason],
};

const EXPLANATION = `
JSON: { "queue", "state", "jobs": [Job], "cursor" }, without cursor on the last page; Job is
  { "queue", "id", "name", "place", "sentAtMs", "attemptsMade", "deliveries", "priority", "reason", "dueAtMs", "startedAtMs",
    "endedAtMs", "workerId" }, with a place of "waiting", "waitingForChildren", "delayed", "active", "acked" or "deadLettered".
Times are milliseconds since the epoch; what is not known is left out. The state may be given as the "place" it is in JSON, too.

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Examples:
  acktor jobs payments                          what waits, the next one first
  acktor jobs payments active                   what is held, by whom and for how long
  acktor jobs payments dead --json | jq -r '.jobs[].id'`;
