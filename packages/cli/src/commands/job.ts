// `acktor job`: all that is kept of one job.
import type { JobAttempt, JobDetails, JobPlace, JobStep, Meta, Operator } from '@acktor/core';
import type { Command } from 'commander';
import { table, type Column } from '../output/table.js';
import {
  requireQueue,
  operatorCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';
import { clockTime, since } from '../output/durations.js';
import { block, firstLine, joined, line, say, type Printable } from '../output/printable.js';
import { NotFoundError, UsageError } from '../errors.js';
import { colours, print } from '../output/output.js';

interface JobFlags extends OperatorFlags {
  readonly queue?: string;
  readonly payload?: boolean;
}

/** The command, ready to be added to a program. */
export function jobCommand(): Command {
  const command = operatorCommand('job', 'show one job with its attempts')
    .description(
      'Shows where a job is, how each attempt at it ended, and what its handler said. Its payload, its result and those of its steps may be private: they ' +
        'are shown only with --payload.',
    )
    .argument('<id>', 'the id of the job')
    .option('-q, --queue <name>', 'its queue (default: it is looked for in all)')
    .option('--payload', 'show its payload, its result and those of its steps, too');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((id: string, flags: JobFlags) => withOperator(flags, (operator) => job(operator, id, flags)));
}

async function job(operator: Operator, id: string, { queue, ...flags }: JobFlags): Promise<void> {
  const found = await operator.job(await queueOf(operator, id, queue), id);
  if (found === undefined) throw new NotFoundError(`expected a job of ${queue ?? 'any queue'}, got the id ${id}`);
  await showJob(operator, found, flags);
}

/** Prints a job; its payload and its result, which may be private, only with `payload`. */
export async function showJob(
  operator: Operator,
  job: JobDetails,
  { payload, json }: Pick<JobFlags, 'payload' | 'json'>,
): Promise<void> {
  const nowMs = (await operator.deadLetters(job.queue).serverTime()).getTime();
  print(json, { json: payload ? job : withoutPayload(job), text: () => page(job, payload, nowMs) });
}

/** Returns the queue of a job that is named by its id. @throws NotFoundError; UsageError where several queues have one of that id. */
export async function queueOf(operator: Operator, id: string, queue: string | undefined): Promise<string> {
  if (queue !== undefined) {
    await requireQueue(operator, queue);
    return queue;
  }
  const found = await operator.find(id);
  const [first, ...others] = found.map((each) => each.queue);
  if (first === undefined)
    throw new NotFoundError(
      `expected the id of a job, got ${id}, which no known queue has (acktor queues --discover looks for queues)`,
    );
  if (others.length > 0)
    throw new UsageError(`the id ${id} is in ${[first, ...others].join(', ')}: name one with --queue`);
  return first;
}

function withoutPayload(details: JobDetails): object {
  const steps = details.steps.map((step) => ({ ...step, result: undefined }));
  return { ...details, payload: undefined, result: undefined, steps };
}

function page(details: JobDetails, isPayloadShown: boolean | undefined, nowMs: number): Printable {
  const { stack, log, attempts, steps } = details;
  const facts = table(FACTS, factsOf(details, isPayloadShown));
  const tried = attempts.length === 0 ? '' : say`\n${table(attemptColumnsAt(nowMs), attempts, { head: colours.dim })}`;
  const done = steps.length === 0 ? '' : say`\n${table(stepColumns(isPayloadShown), steps, { head: colours.dim })}`;
  const said = log.length === 0 ? '' : say`\nlog\n${joined(log.map((entry) => say`  ${block(entry, '    ')}\n`))}`;
  return joined([facts, tried, done, said, stack === undefined ? '' : say`\nstack\n  ${block(stack)}\n`]);
}

type Fact = readonly [name: string, value: Printable];

const FACTS: readonly Column<Fact>[] = [
  { head: '', cell: ([name]) => colours.dim(name) },
  { head: '', cell: ([, value]) => value },
];

function factsOf(details: JobDetails, isPayloadShown: boolean | undefined): readonly Fact[] {
  const { id, name, queue, place, priority, deliveries, reason, workerId, progress, payload, result, meta } = details;
  const shown = (text: string | undefined) => (isPayloadShown ? text : undefined);
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['id', id],
    ['job', name],
    ['queue', queue],
    ['place', PLACES[place]],
    ['sent', clockTime(details.sentAtMs)],
    ['due', details.dueAtMs === undefined ? undefined : clockTime(details.dueAtMs)],
    ['ended', details.endedAtMs === undefined ? undefined : clockTime(details.endedAtMs)],
    ['priority', String(priority)],
    ['deliveries', String(deliveries)],
    ['meta', headersOf(meta)],
    ['worker', workerId],
    ['reason', reason],
    ['progress', progress],
    ['payload', isPayloadShown ? payload : 'hidden (--payload shows it)'],
    ['result', shown(result)],
  ];
  return facts.flatMap(([label, value]) =>
    value === undefined ? [] : [[label, ONE_LINE.has(label) ? line(value) : block(value, '')] as const],
  );
}

/** `locale=de tenant=acme`, by their names; undefined for none. */
function headersOf(meta: Meta): string | undefined {
  const names = Object.keys(meta).toSorted((one, other) => (one < other ? -1 : 1));
  return names.length === 0 ? undefined : names.map((name) => `${name}=${meta[name] ?? ''}`).join(' ');
}

/** Names stay on one line, whatever is in them. */
const ONE_LINE: ReadonlySet<string> = new Set(['id', 'job', 'queue', 'worker', 'meta']);

const PLACES: Readonly<Record<JobPlace, string>> = {
  waiting: 'waiting',
  waitingForChildren: 'waiting for its children',
  delayed: 'delayed',
  active: 'active',
  acked: 'acked',
  deadLettered: 'dead letter',
};

/** @param nowMs by the server's clock, as all times of an attempt are: to it one that is under way has taken. */
function attemptColumnsAt(nowMs: number): readonly Column<JobAttempt>[] {
  return [
    { head: 'attempt', cell: ({ attempt }) => String(attempt), isNumber: true },
    { head: 'end', cell: ({ end }) => end ?? 'under way' },
    { head: 'began', cell: ({ startedAtMs }) => clockTime(startedAtMs) },
    { head: 'took', cell: ({ startedAtMs, endedAtMs = nowMs }) => since(startedAtMs, endedAtMs), isNumber: true },
    { head: 'worker', cell: ({ workerId }) => firstLine(workerId) },
    { head: 'reason', cell: ({ reason }) => firstLine(reason) },
  ];
}

/** What a step returned may be as private as a payload. */
function stepColumns(isPayloadShown: boolean | undefined): readonly Column<JobStep>[] {
  return [
    { head: 'step', cell: ({ name }) => firstLine(name) },
    { head: 'stored', cell: ({ storedAtMs }) => clockTime(storedAtMs) },
    { head: 'delivery', cell: ({ fence }) => String(fence), isNumber: true },
    ...(isPayloadShown ? [{ head: 'result', cell: ({ result }: JobStep) => firstLine(result) }] : []),
  ];
}

const EXPLANATION = `
JSON: a Job of "acktor jobs" with "meta": { name: text }, "stack", "progress" (JSON text), "log": [text], "steps":
[{ "name", "fence", "storedAtMs" }], the first first, and "attempts", oldest first:
  { "attempt", "workerId", "startedAtMs", "endedAtMs", "end", "reason", "path": [{ "state", "atMs" }] }
where end is "acked", "retried", "requeued", "deadLettered", "leaseLost", "workerDied", or absent for the one under way.
With --payload also "payload" and "result", that of each step, too, as the JSON texts that they are.

Exit codes: 0 shown, 1 failed, 2 wrong usage, or the id is in several queues, 3 no such job, 4 no server.

Examples:
  acktor job o-1
  acktor job o-1 --queue payments --payload --json | jq -r .payload | jq .`;
