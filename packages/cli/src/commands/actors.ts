// `acktor actors`: how many durable actors a queue has in which state, which they are, and one of them.
import {
  defaultJsonLimits,
  job,
  Producer,
  type ActorCounts,
  type ActorDetails,
  type AnyJob,
  type ListedActor,
  type Operator,
} from '@acktor/core';
import { checkActorId, mailKey, readJson, shorten } from '@acktor/core/internal';
import type { Command } from 'commander';
import { NotFoundError, UsageError } from '../errors.js';
import { colours, print } from '../output/output.js';
import { block, joined, line, say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';
import {
  operatorCommand,
  operatorOptions,
  requireQueue,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';

interface ActorsFlags extends OperatorFlags {
  readonly state?: string;
  readonly limit?: string;
  readonly send?: string;
  readonly stop?: boolean;
  readonly pause?: boolean;
  readonly resume?: boolean;
}

/** The command, ready to be added to a program. */
export function actorsCommand(): Command {
  const command = operatorCommand('actors', 'count, list, show, stop and pause the durable actors of a queue')
    .description(
      'Without a type, how many actors are in each state; with one, which they are; with an id besides, that one.',
    )
    .argument('<queue>', 'the queue of their mail')
    .argument('[type]', 'the type of the actors: the name of their contract')
    .argument('[id]', 'the id of one')
    .option('-s, --state <state>', 'list only those in this state (nested ones with dots; a tag with # before it)')
    .option('-n, --limit <number>', 'list so many at most (default: 100)')
    .option('--send <event>', 'send it an event, as JSON: {"type":"cancel","why":"…"}')
    .option('--stop', 'stop it: its timers are off, its jobs are cancelled, further events are dropped')
    .option('--pause', 'let its events wait, until it is resumed')
    .option('--resume', 'let it go on');
  return (
    withOperatorFlags(command)
      .addHelpText('after', EXPLANATION)
      // oxlint-disable-next-line max-params -- commander gives each argument by itself
      .action((queue: string, type: string | undefined, id: string | undefined, flags: ActorsFlags) =>
        withOperator(flags, async (operator) => {
          await requireQueue(operator, queue);
          const action = actionOf(flags);
          if (action && (type === undefined || id === undefined))
            throw new UsageError(`expected the type and the id of one actor with --${action}`);
          if (type === undefined) return count(operator, queue, flags);
          if (action && id !== undefined) return act(action, { operator, place: { queue, type, id } }, flags);
          return id === undefined ? list(operator, { queue, type }, flags) : show(operator, { queue, type, id }, flags);
        }),
      )
  );
}

const actions = ['send', 'stop', 'pause', 'resume'] as const;
type Action = (typeof actions)[number];

function actionOf(flags: ActorsFlags): Action | undefined {
  const [action, other] = actions.filter((name) => flags[name] !== undefined);
  if (other !== undefined) throw new UsageError(`expected one of --${String(action)} and --${other}, got both`);
  return action;
}

interface Acting {
  readonly operator: Operator;
  readonly place: OfType & { readonly id: string };
}

async function act(action: Action, { operator, place }: Acting, flags: ActorsFlags): Promise<void> {
  const { queue, type, id } = place;
  checkActorId(id);
  const keys = operator.keys(queue);
  const key = mailKey(type, id);
  if (action === 'pause' || action === 'resume') {
    await keys[action](key);
    return print(flags.json, {
      json: { ...place, action },
      text: () => say`${line(type)} ${line(id)} is ${action}d
`,
    });
  }
  const mail =
    action === 'stop' ? { to: id, type: 'stop', why: BY_HAND } : { to: id, type: 'event', event: eventIn(flags) };
  await using producer = await Producer.connect(await operatorOptions(flags));
  // The worker that takes it checks it by the actor's contract.
  const receipt = await producer.send(job(type, { queue, data: ANY }), mail, { key });
  const text = () => say`${receipt.id} is in ${queue}, for ${line(type)} ${line(id)}
`;
  print(flags.json, { json: { ...place, action, job: receipt.id }, text });
}

function eventIn({ send = '' }: ActorsFlags): object {
  const fault = 'expected an event as JSON, an object with a type: \'{"type":"cancel"}\'';
  const read = readJson('event', send, defaultJsonLimits);
  const event: unknown = read.ok ? read.value : undefined;
  if (typeof event !== 'object' || event === null || !('type' in event) || typeof event.type !== 'string')
    throw new UsageError(`${fault}, got ${shorten(send, 80)}`);
  return event;
}

const ANY: AnyJob['data'] = {
  '~standard': { version: 1, vendor: 'acktor', validate: (value: unknown) => ({ value }) },
};
const BY_HAND = 'it was stopped by acktor actors --stop';

async function count(operator: Operator, queue: string, { json }: ActorsFlags): Promise<void> {
  const types = await operator.actors(queue).counts();
  const text = () => (types.length === 0 ? say`no actors\n` : joined(types.map(countsOf)));
  print(json, { json: { queue, types }, text });
}

function countsOf({ type, total, active, done, stopped, states }: ActorCounts): Printable {
  const head = say`${line(type)}: ${String(total)} (${String(active)} active, ${String(done)} done, ${String(stopped)} stopped)\n`;
  const columns: readonly Column<readonly [string, number]>[] = [
    { head: 'state', cell: ([state]) => line(state) },
    { head: 'actors', cell: ([, actors]) => actors, isNumber: true },
  ];
  const rows = Object.entries(states).toSorted(([, one], [, other]) => other - one);
  return joined([head, table(columns, rows, { head: colours.dim })]);
}

interface OfType {
  readonly queue: string;
  readonly type: string;
}

async function list(operator: Operator, { queue, type }: OfType, { json, state, limit }: ActorsFlags): Promise<void> {
  const most = limit === undefined ? undefined : Number(limit);
  if (most !== undefined && !Number.isInteger(most))
    throw new UsageError(`expected --limit to be a whole number from 1 to 1000, got ${String(limit)}`);
  const actors = await operator.actors(queue).list(type, { state, limit: most });
  const columns: readonly Column<ListedActor>[] = [
    { head: 'id', cell: ({ id }) => line(id) },
    { head: 'since', cell: ({ since }) => since.toISOString() },
  ];
  const text = () => (actors.length === 0 ? say`no actors\n` : table(columns, actors, { head: colours.dim }));
  print(json, { json: { queue, type, actors }, text });
}

async function show(operator: Operator, { queue, type, id }: OfType & { readonly id: string }, { json }: ActorsFlags) {
  const actor = await operator.actors(queue).actor(type, id);
  if (actor === undefined)
    throw new NotFoundError(`expected an actor of type ${type} in ${queue}, got the id ${id}, which is none`);
  print(json, { json: actor, text: () => page(actor) });
}

function page({
  type,
  id,
  status,
  value,
  context,
  turn,
  version,
  timers,
  changedAt,
  ...more
}: ActorDetails): Printable {
  const rows: readonly (readonly [string, Printable])[] = [
    ['state', line(typeof value === 'string' ? value : JSON.stringify(value ?? null))],
    ['turn', say`${String(turn)}, at ${changedAt.toISOString()}, by version ${String(version)}`],
    ...timers.map((timer) => ['timer', line(timer)] as const),
    ...more.invocations.map(
      (one) => ['invoked', say`${line(one.id)}: job ${line(one.jobId)} of ${line(one.queue)}`] as const,
    ),
  ];
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { head: '', cell: ([what]) => what },
    { head: '', cell: ([, text]) => text },
  ];
  const output =
    more.output === undefined ? say`` : say`output\n${block(JSON.stringify(more.output, null, 2), '  ')}\n`;
  return joined([
    say`${line(type)} ${line(id)} is ${status}\n`,
    table(columns, rows, {}),
    say`context\n${block(JSON.stringify(context ?? null, null, 2), '  ')}\n`,
    output,
  ]);
}

const EXPLANATION = `
An actor whose event could not be applied is paused: its event is a dead letter ("acktor dead list"), and its key "<type>/<id>" has jobs that wait ("acktor keys").

An event that is sent from here is checked by the worker that takes it. One that it refuses is a dead letter, and does not pause the actor.

JSON: { "queue", "types": [{ "type", "total", "active", "done", "stopped", "states" }] }; with a type { "queue", "type", "actors": [{ "id", "since" }] };
with an id { "type", "id", "status", "value", "context", "output", "tags", "turn", "changedAt", "version", "timers", "invocations" }.

Exit codes: 0 shown (also when there are none), 1 failed, 2 wrong usage, 3 no such queue or actor, 4 no server.

Examples:
  acktor actors orders
  acktor actors orders order --state shipping
  acktor actors orders order o-17 --json | jq .context
  acktor actors orders order o-17 --send '{"type":"cancel","why":"by phone"}'
  acktor actors orders order o-17 --stop`;
