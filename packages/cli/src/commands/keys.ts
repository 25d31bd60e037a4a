// `acktor keys`: lists the keys that the jobs of a queue are grouped by, limits, pauses, resumes and purges them.
import type { Keys, KeyState } from '@acktor/core';
import { Command } from 'commander';
import { UsageError } from '../errors.js';
import { atTheTerminal, confirm } from '../output/asking.js';
import { colours, print } from '../output/output.js';
import { firstLine, say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';
import { limitsIn, rateText, withLimitFlags, type LimitFlags } from './limit.js';
import {
  commandsBeside,
  operatorCommand,
  requireQueue,
  withDefaultCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';

/** The group, ready to be added to a program. */
export function keysCommand(): Command {
  const group = new Command('keys')
    .summary('list, limit, pause and purge the keys of a queue')
    .description('Jobs that are sent with a key have turns: by default one of a key at a time, in order.')
    .helpOption('-h, --help', 'explain this command');
  withDefaultCommand(group, listCommand()).addCommand(limitCommand());
  for (const action of actions) group.addCommand(actionCommand(action));
  return group;
}

function listCommand(): Command {
  const command = operatorCommand('list', 'list the keys of a queue that have jobs, are paused or limited')
    .description('Lists keys, those with the most jobs that wait for a turn first, of the ten thousand that are read.')
    .argument('<queue>', 'the queue');
  return withOperatorFlags(command)
    .addHelpText('after', LIST)
    .action((queue: string, flags: OperatorFlags, self: Command) =>
      withOperator(flags, async (operator) => {
        await requireQueue(operator, queue, commandsBeside(self));
        const { keys, hasMore } = await operator.keys(queue).list({ limit: MOST_READ });
        print(flags.json, {
          json: { queue, keys, hasMore },
          text: () => (keys.length === 0 ? say`no keys\n` : listed(keys, hasMore)),
        });
      }),
    );
}

const MOST_READ = 10_000;
const MOST_SHOWN = 50;

function listed(keys: readonly KeyState[], hasMore: boolean): Printable {
  const columns: readonly Column<KeyState>[] = [
    { head: 'key', cell: ({ key }) => firstLine(key) },
    { head: 'waiting', cell: ({ held }) => held, isNumber: true },
    { head: 'turns', cell: ({ turns }) => turns, isNumber: true },
    { head: 'limit', cell: ({ concurrency }) => concurrency ?? '', isNumber: true },
    { head: 'rate', cell: ({ rate }) => rateText(rate), isNumber: true },
    { head: '', cell: ({ isPaused }) => (isPaused ? 'paused' : '') },
  ];
  const shown = table(columns, keys.slice(0, MOST_SHOWN), { head: colours.dim });
  const more = keys.length - MOST_SHOWN;
  return more > 0 ? say`${shown}and ${more}${hasMore ? ' or more' : ''} others\n` : shown;
}

const LIST = `
waiting: jobs that wait for a turn of the key. turns: jobs that have theirs: in the queue, under way, or between two attempts.

JSON: { "queue", "keys": [{ "key", "held", "turns", "isPaused", "concurrency", "rate" }], "hasMore" }

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Example:
  acktor keys payments`;

function limitCommand(): Command {
  const command = operatorCommand('limit', 'set how many jobs of a key may have a turn, and how many begin in a span')
    .description(
      'Holds from now on, whatever is restarted, in place of what the contract says: more jobs begin at once, fewer as turns end. ' +
        'What is left out stays; "none" lets the contract count again.',
    )
    .argument('<queue>', 'the queue')
    .argument('<key>', 'the key');
  return withLimitFlags(withOperatorFlags(command))
    .addHelpText('after', LIMIT)
    .action((queue: string, key: string, flags: OperatorFlags & LimitFlags) =>
      withOperator(flags, async (operator) => {
        const limits = limitsIn(flags);
        if (limits.concurrency === undefined && limits.rate === undefined) throw new UsageError(NO_LIMIT);
        await requireQueue(operator, queue);
        await operator.keys(queue).limit(key, limits);
        print(flags.json, {
          json: { queue, key, ...limits },
          text: () => say`${firstLine(key)} of ${queue} is limited so\n`,
        });
      }),
    );
}

const NO_LIMIT = 'expected --concurrency or --rate, got neither: acktor keys list shows the limits that keys have';

const LIMIT = `
JSON: { "queue", "key", "concurrency", "rate" }, what was set

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Examples:
  acktor keys limit payments customer-7 --concurrency 4
  acktor keys limit payments customer-7 --rate 10/1s
  acktor keys limit payments customer-7 --concurrency none --rate none`;

/** What is done with one key. */
interface KeyAction {
  readonly name: 'pause' | 'resume' | 'purge';
  readonly summary: string;
  readonly description: string;
  /** Asked before it is done; undefined for what is easily undone. */
  readonly question?: string;
  readonly act: (keys: Keys, key: string) => Promise<number | void>;
  /** What it says when it is done. */
  readonly done: string;
}

const actions: readonly KeyAction[] = [
  {
    name: 'pause',
    summary: 'give a key no further turns until it is resumed',
    description:
      'Jobs of the key that have their turn go on; the others wait, whatever is restarted. Producers go on sending.',
    act: (keys, key) => keys.pause(key),
    done: 'is paused',
  },
  {
    name: 'resume',
    summary: 'let a paused key go on',
    description: 'The next jobs of the key have their turns at once.',
    act: (keys, key) => keys.resume(key),
    done: 'goes on',
  },
  {
    name: 'purge',
    summary: 'remove the jobs of a key that wait',
    description: 'Removes what waits of a key, for a turn or in the queue. Jobs under way and dead letters stay.',
    question: 'Remove its waiting jobs?',
    act: (keys, key) => keys.purge(key),
    done: 'is purged',
  },
];

interface ActionFlags extends OperatorFlags {
  readonly yes?: boolean;
}

function actionCommand({ name, summary, description, question, act, done }: KeyAction): Command {
  const command = operatorCommand(name, summary)
    .description(description)
    .argument('<queue>', 'the queue')
    .argument('<key>', 'the key');
  if (question !== undefined) command.option('-y, --yes', 'do not ask');
  return withOperatorFlags(command)
    .addHelpText('after', explanation(name, question !== undefined))
    .action((queue: string, key: string, flags: ActionFlags) =>
      withOperator(flags, async (operator) => {
        await requireQueue(operator, queue);
        if (question !== undefined)
          await confirm(say`${firstLine(key)} of ${queue}. ${question}`, flags.yes, atTheTerminal());
        const removed = await act(operator.keys(queue), key);
        const jobs = typeof removed === 'number' ? { removed } : {};
        print(flags.json, {
          json: { queue, key, done: name, ...jobs },
          text: () =>
            say`${firstLine(key)} of ${queue} ${done}${typeof removed === 'number' ? `: ${removed} removed` : ''}\n`,
        });
      }),
    );
}

function explanation(name: string, asks: boolean): string {
  return `${asks ? '\nIt asks; --yes answers. Without a terminal nothing is done unless --yes is given.\n' : ''}
JSON: { "queue", "key", "done": "${name}" }${asks ? ' and "removed", how many jobs' : ''}

Exit codes: 0 done, 1 failed, 2 wrong usage${asks ? ' or not confirmed' : ''}, 3 no such queue, 4 no server.

Example:
  acktor keys ${name} payments customer-7`;
}
