// `acktor queues`: how full the queues are, and how fast they move.
import type { Operator, QueueDepth } from '@acktor/core';
import { connectFleet } from '@acktor/core/engine';
import type { Command } from 'commander';
import { table, type Column } from '../output/table.js';
import {
  requireQueue,
  operatorCommand,
  operatorOptions,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';
import { since, until } from '../output/durations.js';
import { say, type Printable } from '../output/printable.js';
import { colours, print } from '../output/output.js';
import { observeRates, type QueueRates } from './queue-rates.js';

interface QueuesFlags extends OperatorFlags {
  readonly rates: boolean;
  readonly discover?: boolean;
}

/** The command, ready to be added to a program. */
export function queuesCommand(): Command {
  const command = operatorCommand('queues', 'show how full the queues are and how fast they move')
    .description(
      'Shows every queue: what is in it, since when its oldest job waits, whether it is paused, and how fast it moves.',
    )
    .argument('[names...]', 'only these queues')
    .option('--no-rates', 'answer at once, without watching for a second')
    .option(
      '--discover',
      'look for queues that only plain BullMQ clients used, too; goes through all keys of the server',
    );
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((names: readonly string[], flags: QueuesFlags) =>
      withOperator(flags, (operator) => queues(operator, names, flags)),
    );
}

/** A queue as it stands, and how fast it moves. */
type QueueLine = QueueDepth & { readonly rates: QueueRates | undefined };

async function queues(operator: Operator, names: readonly string[], flags: QueuesFlags): Promise<void> {
  for (const name of names) await requireQueue(operator, name);
  if (flags.discover) await operator.discoverQueues();
  const read = () => depths(operator, names);
  const rates = flags.rates ? await observe(read, flags) : undefined;
  const lines = (await read()).map((depth) => ({ ...depth, rates: rates?.get(depth.queue) }));
  print(flags.json, { json: { atMs: Date.now(), queues: lines }, text: () => listed(lines, operator) });
}

function depths(operator: Operator, names: readonly string[]): Promise<readonly QueueDepth[]> {
  return names.length === 0 ? operator.queues() : Promise.all(names.map((name) => operator.queue(name)));
}

async function observe(read: () => Promise<readonly QueueDepth[]>, flags: QueuesFlags) {
  await using fleet = await connectFleet(await operatorOptions(flags));
  return await observeRates({ depths: read, workers: () => fleet.workers() });
}

function listed(lines: readonly QueueLine[], { namespace, address }: Operator): Printable {
  const none = say`no queue was used yet in the namespace ${namespace} on ${address.toString()}; --discover looks for those of BullMQ clients\n`;
  return lines.length === 0 ? none : table(COLUMNS, lines, { head: colours.dim });
}

const number = (head: string, cell: Column<QueueLine>['cell']) => ({ head, cell, isNumber: true }) as const;
const count = (value: number) => value.toLocaleString('en');

/** Spans are taken by the server's clock, which may not be this machine's. */
const COLUMNS: readonly Column<QueueLine>[] = [
  { head: 'queue', cell: ({ queue }) => queue },
  { head: '', cell: ({ isPaused }) => (isPaused ? colours.yellow('paused') : '') },
  number('waiting', ({ waiting }) => count(waiting)),
  number('oldest', ({ oldestWaitingAtMs, readAtMs }) => since(oldestWaitingAtMs, readAtMs)),
  number('active', ({ active }) => count(active)),
  number('delayed', ({ delayed }) => count(delayed)),
  number('children', ({ waitingForChildren }) => count(waitingForChildren)),
  number('next in', ({ nextDueAtMs, readAtMs }) => until(nextDueAtMs, readAtMs)),
  number('dead', ({ deadLetters }) => (deadLetters > 0 ? colours.red(count(deadLetters)) : '0')),
  number('kept', ({ acked }) => count(acked)),
  number('sent/s', ({ rates }) => perSecond(rates?.sentPerSecond)),
  number('acked/s', ({ rates }) => perSecond(rates?.ackedPerSecond)),
  number('rejected/s', ({ rates }) => perSecond(rates?.rejectedPerSecond)),
];

function perSecond(rate: number | undefined): string {
  return rate === undefined ? '-' : rate.toFixed(rate < 10 ? 1 : 0);
}

const EXPLANATION = `
What the columns say:
  waiting, active, delayed, dead  jobs now; "oldest" is since when the oldest waiting one was sent
  children                        parents of flows that wait until their children have ended
  kept                            acked jobs that are still remembered: bounded, so no total
  acked/s, rejected/s             how often Acktor's workers ended a delivery so, by their own counts, over about a second;
                                  rejected are retries, requeues and dead letters
  sent/s                          what came in that second: by how much the queue grew, and what was acked. Jobs that were
                                  cancelled or purged, or acked by plain BullMQ workers, are missing in it

JSON: { "atMs", "queues": [{ "queue", "isPaused", "waiting", "waitingForChildren", "delayed", "active", "acked", "deadLetters",
  "oldestWaitingAtMs", "nextDueAtMs", "readAtMs", "rates": { "sentPerSecond", "ackedPerSecond", "rejectedPerSecond", "overMs" } }] }
Times are milliseconds since the epoch, by the server's clock but for "atMs"; what is not known is left out.

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Examples:
  acktor queues
  acktor queues payments mails --no-rates
  acktor queues --json | jq '.queues[] | select(.waiting > 1000) | .queue'`;
