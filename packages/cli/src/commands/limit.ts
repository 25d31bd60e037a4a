// `acktor limit`: shows and sets how many jobs of a queue are under way at a time, and how many begin in a span.
import type { Operator, QueueLimitOptions, QueueLimits } from '@acktor/core';
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import { duration } from '../output/durations.js';
import { print } from '../output/output.js';
import { joined, say, type Printable } from '../output/printable.js';
import {
  requireQueue,
  operatorCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';

/** The flags of what is limited. */
export interface LimitFlags {
  readonly concurrency?: string;
  readonly rate?: string;
}

/** Adds them to a command. */
export function withLimitFlags(command: Command): Command {
  return command
    .option('--concurrency <count>', 'how many are under way at a time, or "none"')
    .option('--rate <max/span>', 'how many begin in a span, as 100/1s, 5/500ms or 1000/1m, or "none"');
}

/** What they say. @throws UsageError. */
export function limitsIn({ concurrency, rate }: LimitFlags): QueueLimitOptions {
  return { concurrency: countIn(concurrency), rate: rateIn(rate) };
}

/** The command, ready to be added to a program. */
export function limitCommand(): Command {
  const command = operatorCommand('limit', 'show or set the limits of a queue')
    .description(
      'Sets how many jobs of the queue are under way at a time, and how many begin in a span, in the whole fleet, from now on; without a flag it ' +
        "shows both. They are BullMQ's global concurrency and rate limit. What workers have as an option of their own is not shown.",
    )
    .argument('<queue>', 'the queue');
  return withLimitFlags(withOperatorFlags(command))
    .addHelpText('after', EXPLANATION)
    .action((queue: string, flags: OperatorFlags & LimitFlags) =>
      withOperator(flags, (operator) => limit(operator, queue, flags)),
    );
}

async function limit(operator: Operator, queue: string, flags: OperatorFlags & LimitFlags): Promise<void> {
  const { json } = flags;
  const change = limitsIn(flags);
  await requireQueue(operator, queue);
  if (change.concurrency !== undefined || change.rate !== undefined) await operator.limit(queue, change);
  const limits = await operator.limits(queue);
  print(json, { json: { queue, ...limits }, text: () => say`${queue}: ${shown(limits)}\n` });
}

function shown({ concurrency, rate }: QueueLimits): Printable {
  const parts = [
    ...(concurrency === undefined ? [] : [say`${concurrency} under way at a time`]),
    ...(rate === undefined ? [] : [say`${rateText(rate)}`]),
  ];
  return parts.length === 0 ? say`no limits` : joined(parts, ', ');
}

/** The rate in words; '' for none. */
export function rateText(rate: QueueLimits['rate']): string {
  return rate === undefined ? '' : `${rate.max} in ${duration(rate.durationMs)}`;
}

/** @throws UsageError */
function countIn(given: string | undefined): QueueLimitOptions['concurrency'] {
  if (given === undefined || given === 'none') return given;
  if (/^\d{1,10}$/.test(given)) return Number(given);
  throw new UsageError(`expected --concurrency to be a count, or "none", got ${given}`);
}

/** @throws UsageError */
function rateIn(given: string | undefined): QueueLimitOptions['rate'] {
  if (given === undefined || given === 'none') return given;
  const [, max, count = '1', unit = ''] = /^(\d{1,10})\/(\d{0,8})(ms|s|m|h)$/.exec(given) ?? [];
  const unitMs = UNITS_MS[unit];
  if (max === undefined || unitMs === undefined)
    throw new UsageError(
      `expected --rate to be a count and a span, such as 100/1s or 1000/1m, or "none", got ${given}`,
    );
  return { max: Number(max), durationMs: Number(count === '' ? 1 : count) * unitMs };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const EXPLANATION = `
JSON: { "queue", "concurrency", "rate": { "max", "durationMs" } }; a limit that there is not is left out

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Examples:
  acktor limit mails --concurrency 20 --rate 100/1s
  acktor limit mails --rate none`;
