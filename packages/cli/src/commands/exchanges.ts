// `acktor exchanges`: lists exchanges with what is bound to them, says where a key would go, and deletes one.
import type { Binding, ExchangeDetails, JobTarget, Meta, Operator } from '@acktor/core';
import { Command } from 'commander';
import { NotFoundError, UsageError } from '../errors.js';
import { atTheTerminal, confirm } from '../output/asking.js';
import { colours, print } from '../output/output.js';
import { firstLine, line, say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';
import {
  operatorCommand,
  withDefaultCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';

/** The group, ready to be added to a program. */
export function exchangesCommand(): Command {
  const group = new Command('exchanges')
    .summary('list exchanges, and see where a key would go')
    .description('What is published to an exchange goes to the queues of the jobs that are bound to it.')
    .helpOption('-h, --help', 'explain this command');
  return withDefaultCommand(group, listCommand()).addCommand(routeCommand()).addCommand(deleteCommand());
}

function listCommand(): Command {
  const command = operatorCommand('list', 'list the exchanges, and what is bound to them').description(
    'Lists the exchanges of the namespace, each with its bindings.',
  );
  return withOperatorFlags(command)
    .addHelpText('after', LIST)
    .action((flags: OperatorFlags) =>
      withOperator(flags, async (operator) => {
        const exchanges = await operator.exchanges().list();
        print(flags.json, { json: { exchanges }, text: () => listed(exchanges) });
      }),
    );
}

interface Row extends Pick<ExchangeDetails, 'name' | 'type' | 'alternate'> {
  readonly binding: Binding | undefined;
}

function listed(exchanges: readonly ExchangeDetails[]): Printable {
  if (exchanges.length === 0) return say`no exchanges\n`;
  const rows = exchanges.flatMap(({ bindings, ...declared }): readonly Row[] =>
    bindings.length === 0
      ? [{ ...declared, binding: undefined }]
      : bindings.map((binding) => ({ ...declared, binding })),
  );
  return table(COLUMNS, rows, { head: colours.dim });
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'exchange', cell: ({ name }) => firstLine(name) },
  { head: 'type', cell: ({ type }) => line(type) },
  { head: 'bound by', cell: ({ binding }) => firstLine(binding && wordsOf(binding)) },
  { head: 'to', cell: ({ binding }) => firstLine(binding && placeOf(binding)) },
  { head: 'alternate', cell: ({ alternate }) => firstLine(alternate) },
];

/** The key, the pattern, or the headers; nothing for a fanout. */
function wordsOf({ pattern = '', headers }: Binding): string {
  if (headers === undefined) return pattern;
  const pairs = Object.entries(headers.headers).map(([name, value]) => (value === true ? name : `${name}=${value}`));
  return `${headers.match}: ${pairs.join(' ')}`;
}

function placeOf({ to }: Binding): string {
  return to.kind === 'exchange' ? `exchange ${to.exchange}` : `${to.name} in ${to.queue}`;
}

const LIST = `
JSON: { "exchanges": [{ "name", "type", "alternate", "bindings": [{ "exchange", "pattern", "headers", "to" }] }] }, where "to" is { "kind": "job",
"queue", "name", … } or { "kind": "exchange", "exchange" }.

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 4 no server.

Example:
  acktor exchanges`;

interface RouteFlags extends OperatorFlags {
  readonly header?: readonly string[];
}

function routeCommand(): Command {
  const command = operatorCommand('route', 'say which queues would get what is published under a key')
    .description('Publishes nothing: it says where a message would go by what is bound now, alternates included.')
    .argument('<exchange>', 'the exchange')
    .argument('[key]', 'the routing key', '')
    .option('--header <name=value...>', 'headers of the message, by which a headers exchange routes');
  return withOperatorFlags(command)
    .addHelpText('after', ROUTE)
    .action((exchange: string, key: string, flags: RouteFlags) =>
      withOperator(flags, async (operator) => {
        const meta = headersIn(flags.header ?? []);
        await requireExchange(operator, exchange);
        const routes = await operator.exchanges().route(exchange, key, meta);
        const places = routes.map(({ queue, name }) => ({ queue, job: name }));
        print(flags.json, { json: { exchange, key, routes: places }, text: () => routed(routes) });
      }),
    );
}

function headersIn(given: readonly string[]): Meta {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`expected --header name=value, got ${text}`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function routed(routes: readonly JobTarget[]): Printable {
  if (routes.length === 0) return say`it would go nowhere\n`;
  const columns: readonly Column<JobTarget>[] = [
    { head: 'queue', cell: ({ queue }) => firstLine(queue) },
    { head: 'job', cell: ({ name }) => firstLine(name) },
  ];
  return table(columns, routes, { head: colours.dim });
}

const ROUTE = `
JSON: { "exchange", "key", "routes": [{ "queue", "job" }] }

Exit codes: 0 said (also when it would go nowhere), 1 failed, 2 wrong usage, 3 no such exchange, 4 no server.

Examples:
  acktor exchanges route orders order.eu.created
  acktor exchanges route reports --header format=pdf --header type=log`;

interface DeleteFlags extends OperatorFlags {
  readonly yes?: boolean;
}

function deleteCommand(): Command {
  const command = operatorCommand('delete', 'delete an exchange, and what is bound to it')
    .description('Removes the exchange with the bindings from it and to it. Jobs that are in queues stay there.')
    .argument('<exchange>', 'the exchange')
    .option('-y, --yes', 'do not ask');
  return withOperatorFlags(command)
    .addHelpText('after', DELETE)
    .action((exchange: string, flags: DeleteFlags) =>
      withOperator(flags, async (operator) => {
        await requireExchange(operator, exchange);
        await confirm(
          say`${firstLine(exchange)}. Delete it with its bindings? What is published to it is refused then.`,
          flags.yes,
          atTheTerminal(),
        );
        await operator.exchanges().delete(exchange);
        print(flags.json, { json: { exchange, done: 'delete' }, text: () => say`${firstLine(exchange)} is deleted\n` });
      }),
    );
}

const DELETE = `
It asks; --yes answers. Without a terminal nothing is done unless --yes is given.

JSON: { "exchange", "done": "delete" }

Exit codes: 0 done, 1 failed, 2 wrong usage or not confirmed, 3 no such exchange, 4 no server.

Example:
  acktor exchanges delete orders`;

/** @throws NotFoundError. */
async function requireExchange(operator: Operator, exchange: string): Promise<void> {
  const names = (await operator.exchanges().list()).map(({ name }) => name);
  if (names.includes(exchange)) return;
  const there = names.length === 0 ? 'there is none' : `there are ${names.slice(0, MOST_NAMED).join(', ')}`;
  throw new NotFoundError(`expected an exchange in the namespace ${operator.namespace}, got ${exchange} (${there})`);
}

const MOST_NAMED = 20;
