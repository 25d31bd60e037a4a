// `acktor schedules`: lists what runs at times, shows the next runs, pauses, runs and removes.
import type { Operator, Schedule, Schedules } from '@acktor/core';
import { Command } from 'commander';
import { NotFoundError } from '../errors.js';
import { atTheTerminal, confirm } from '../output/asking.js';
import { clockTime, duration, until } from '../output/durations.js';
import { colours, print, write } from '../output/output.js';
import { firstLine, joined, say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';
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
export function schedulesCommand(): Command {
  const group = new Command('schedules')
    .summary('list, show, pause, run and remove schedules')
    .description('Jobs that are sent at times or in intervals, those of plain BullMQ clients among them.')
    .helpOption('-h, --help', 'explain this command');
  withDefaultCommand(group, listCommand()).addCommand(showCommand());
  for (const action of actions) group.addCommand(actionCommand(action));
  return group;
}

function listCommand(): Command {
  const command = operatorCommand('list', 'list the schedules of a queue, or of all')
    .description('Lists schedules, the one that runs next first: at most a thousand of each queue.')
    .argument('[queue]', 'the queue');
  return withOperatorFlags(command)
    .addHelpText('after', LIST)
    .action((queue: string | undefined, flags: OperatorFlags, self: Command) =>
      withOperator(flags, async (operator) => {
        if (queue !== undefined) await requireQueue(operator, queue, commandsBeside(self));
        return list(operator, queue === undefined ? await operator.queueNames() : [queue], flags);
      }),
    );
}

async function list(operator: Operator, queues: readonly string[], { json }: OperatorFlags): Promise<void> {
  const pages = await Promise.all(queues.map((queue) => operator.schedules(queue).list({ limit: MOST_LISTED })));
  const schedules = pages.flatMap((page) => page.schedules).toSorted(byNextRun);
  // The server's clock decides what is due.
  const nowMs = queues[0] === undefined ? 0 : (await operator.queue(queues[0])).readAtMs;
  print(json, {
    json: { schedules },
    text: () => (schedules.length === 0 ? say`no schedules\n` : listed(schedules, nowMs)),
  });
}

const MOST_LISTED = 1_000;

function byNextRun(one: Schedule, other: Schedule): number {
  return (
    (one.nextAt?.getTime() ?? Infinity) - (other.nextAt?.getTime() ?? Infinity) || (one.name < other.name ? -1 : 1)
  );
}

function listed(schedules: readonly Schedule[], nowMs: number): Printable {
  const columns: readonly Column<Schedule>[] = [
    { head: 'queue', cell: ({ queue }) => queue },
    { head: 'schedule', cell: ({ name }) => firstLine(name) },
    { head: 'job', cell: ({ jobName }) => firstLine(jobName) },
    { head: 'when', cell: (schedule) => firstLine(timesOf(schedule)) },
    { head: 'next', cell: (schedule) => nextOf(schedule, nowMs), isNumber: true },
  ];
  return table(columns, schedules, { head: colours.dim });
}

function timesOf({ cron, timeZone, everyMs }: Schedule): string {
  if (everyMs !== undefined) return `every ${duration(everyMs)}`;
  return timeZone === undefined ? `${cron}` : `${cron} (${timeZone})`;
}

function nextOf({ isPaused, nextAt }: Schedule, nowMs: number): string {
  if (isPaused) return 'paused';
  if (nextAt === undefined) return 'ended';
  return nextAt.getTime() <= nowMs ? 'due' : `in ${until(nextAt.getTime(), nowMs)}`;
}

const LIST = `
JSON: { "schedules": [{ "name", "queue", "jobName", "cron", "timeZone", "everyMs", "startsAt", "endsAt", "limit", "isPaused", "nextAt",
  "runs" }] }, times as ISO texts; what was not given is left out

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 3 no such queue, 4 no server.

Examples:
  acktor schedules
  acktor schedules reports --json | jq -r '.schedules[].nextAt'`;

function showCommand(): Command {
  return scheduleCommand('show', 'show one schedule and when it runs next')
    .description('Shows a schedule with the times of its next five runs, in the time zone of this terminal.')
    .addHelpText('after', SHOW)
    .action((queue: string, name: string, flags: OperatorFlags) =>
      withOperator(flags, async (operator) => {
        const { schedules, schedule } = await found(operator, queue, name);
        const upcoming = await schedules.upcoming(name);
        print(flags.json, { json: { ...schedule, upcoming }, text: () => preview(schedule, upcoming) });
      }),
    );
}

const SHOW = `
JSON: one schedule, as "acktor schedules list" has it, and "upcoming", the times of its next runs

Exit codes: 0 shown, 1 failed, 2 wrong usage, 3 no such queue or schedule, 4 no server.

Example:
  acktor schedules show reports digest-daily`;

function preview(schedule: Schedule, upcoming: readonly Date[]): Printable {
  const { name, queue, jobName, runs } = schedule;
  const head = say`${firstLine(name)} of ${queue}: ${firstLine(jobName)} ${firstLine(timesOf(schedule))}, ${runs} made\n`;
  if (upcoming.length === 0) return say`${head}  ${nextOf(schedule, 0)}\n`;
  return say`${head}${joined(upcoming.map((time) => say`  ${clockTime(time.getTime())}\n`))}`;
}

/** What is done with one schedule. */
interface ScheduleAction {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Asked before it is done; undefined for what is easily undone. */
  readonly question?: string;
  readonly act: (schedules: Schedules, name: string) => Promise<boolean | string | undefined>;
  /** What it says when it is done. */
  readonly done: string;
}

const actions: readonly ScheduleAction[] = [
  {
    name: 'pause',
    summary: 'make no run until it is resumed',
    description:
      'Removes the run that waits, and makes no other until the schedule is resumed, whatever is restarted or deployed.',
    act: (schedules, name) => schedules.pause(name),
    done: 'is paused',
  },
  {
    name: 'resume',
    summary: 'let a paused schedule go on',
    description: 'Goes on with the first time from now.',
    act: (schedules, name) => schedules.resume(name),
    done: 'goes on',
  },
  {
    name: 'run',
    summary: 'send its job once more, now',
    description: 'Sends the job at once, beside its times, also while the schedule is paused.',
    question: 'Run it now?',
    act: (schedules, name) => schedules.runNow(name),
    done: 'was sent',
  },
  {
    name: 'remove',
    summary: 'remove a schedule and the run that waits',
    description: 'Removes the schedule. A program that puts it again when it starts brings it back.',
    question: 'Remove it?',
    act: (schedules, name) => schedules.remove(name),
    done: 'is removed',
  },
];

interface ActionFlags extends OperatorFlags {
  readonly yes?: boolean;
}

function actionCommand(action: ScheduleAction): Command {
  const command = scheduleCommand(action.name, action.summary).description(action.description);
  if (action.question !== undefined) command.option('-y, --yes', 'do not ask');
  return command
    .addHelpText('after', explanation(action))
    .action((queue: string, name: string, flags: ActionFlags) =>
      withOperator(flags, (operator) => run(action, { operator, queue, name }, flags)),
    );
}

interface Meant {
  readonly operator: Operator;
  readonly queue: string;
  readonly name: string;
}

async function run(action: ScheduleAction, { operator, queue, name }: Meant, flags: ActionFlags): Promise<void> {
  const { schedules, schedule } = await found(operator, queue, name);
  if (action.question !== undefined) {
    write(process.stderr, preview(schedule, await schedules.upcoming(name, { count: 3 })));
    await confirm(say`${action.question}`, flags.yes, atTheTerminal());
  }
  const outcome = await action.act(schedules, name);
  if (outcome === false || outcome === undefined) throw unknown(queue, name);
  const job = typeof outcome === 'string' ? { job: outcome } : {};
  print(flags.json, {
    json: { queue, schedule: name, done: action.name, ...job },
    text: () =>
      say`${firstLine(name)} of ${queue} ${action.done}${typeof outcome === 'string' ? ` as ${outcome}` : ''}\n`,
  });
}

function explanation({ name, question }: ScheduleAction): string {
  const asks =
    question === undefined
      ? ''
      : '\nIt shows the next runs and asks; --yes answers. Without a terminal nothing is done unless --yes is given.\n';
  return `${asks}
JSON: { "queue", "schedule", "done": "${name}" }${name === 'run' ? ' and "job", the id of the job' : ''}

Exit codes: 0 done, 1 failed, 2 wrong usage${question === undefined ? '' : ' or not confirmed'}, 3 no such queue or schedule, 4 no server.

Example:
  acktor schedules ${name} reports digest-daily`;
}

function scheduleCommand(name: string, summary: string): Command {
  const command = operatorCommand(name, summary).argument('<queue>', 'the queue').argument('<name>', 'the schedule');
  return withOperatorFlags(command);
}

/** @throws NotFoundError when the queue has no schedule of that name. */
async function found(operator: Operator, queue: string, name: string) {
  await requireQueue(operator, queue);
  const schedules = operator.schedules(queue);
  const schedule = await schedules.get(name);
  if (schedule === undefined) throw unknown(queue, name);
  return { schedules, schedule };
}

function unknown(queue: string, name: string): NotFoundError {
  return new NotFoundError(`expected a schedule of ${queue}, got ${name} (acktor schedules list ${queue} shows them)`);
}
