// What all commands that look after queues have in common: where the queues are, how they answer, and names that were mistyped.
import { Operator, type OperatorOptions } from '@acktor/core';
import type { RetentionOptions } from '@acktor/core/engine';
import { checkName, retentionIn } from '@acktor/core/internal';
import { Command } from 'commander';
import { closestMatch } from 'leven';
import { NotFoundError, UsageError } from '../errors.js';
import { readConfig } from '../settings/config-file.js';
import { gatherOptions, type SettingFlags } from '../settings/gathering.js';
import { addSettings, connectionSettings } from '../settings/settings.js';

/** The flags that all of these commands take. */
export interface OperatorFlags extends SettingFlags {
  readonly json?: boolean;
}

/** A command to which its own arguments and flags are added, then the common ones, then its action. */
export function operatorCommand(name: string, summary: string): Command {
  return new Command(name).summary(summary).helpOption('-h, --help', 'explain this command');
}

/** Adds the common flags, behind the command's own. `json` says what `--json` prints. */
export function withOperatorFlags(command: Command, json = 'print one JSON document, for programs'): Command {
  return addSettings(command.option('--json', json), connectionSettings);
}

/** Connects as the flags, the environment and the configuration file say, and closes the connection also when `act` fails. */
export async function withOperator<Answer>(
  flags: OperatorFlags,
  act: (operator: Operator) => Promise<Answer>,
): Promise<Answer> {
  await using operator = await Operator.connect(await operatorOptions(flags));
  return await act(operator);
}

/** Returns the options unchecked: a configuration file may hold anything. */
export async function operatorOptions(flags: OperatorFlags): Promise<OperatorOptions> {
  const surroundings = { folder: process.cwd(), environment: process.env };
  const all = await gatherOptions(connectionSettings, flags, surroundings);
  const own = connectionSettings.map(({ option }) => [option, all[option]] as const);
  return Object.fromEntries(own.filter(([, value]) => value !== undefined));
}

/** Returns what the configuration file says of what queues keep, unchecked. */
export async function configuredRetention({ config }: OperatorFlags): Promise<RetentionOptions> {
  const { options } = await readConfig(process.cwd(), config ?? process.env['ACKTOR_CONFIG']);
  return retentionIn(options);
}

/**
 * Adds the command that runs where none of the group is named. A first word that is no command of the group is an argument of it, and a
 * mistyped command when it takes fewer arguments than there are words.
 */
export function withDefaultCommand(group: Command, inner: Command): Command {
  return group.addCommand(inner, { isDefault: true }).hook('preSubcommand', (_, chosen) => {
    const [word = '', ...more] = wordsOf(group);
    const isUnknown = chosen === inner && word !== '' && word !== inner.name();
    if (!isUnknown || more.length < inner.registeredArguments.length) return;
    const meant = closestMatch(word, namesIn(group), { maxDistance: MOST_EDITS });
    const advice = meant === undefined ? '' : `\n(Did you mean ${meant}?)`;
    group.error(`error: unknown command '${word}'${advice}`, { code: 'commander.unknownCommand' });
  });
}

/** Returns the commands that the first word may have meant; none where the command was named. */
export function commandsBeside(command: Command): readonly string[] {
  const { parent: group } = command;
  return group === null || wordsOf(group)[0] === command.name() ? [] : namesIn(group);
}

function wordsOf({ args }: Command): readonly string[] {
  const firstFlag = args.findIndex((arg) => arg.startsWith('-'));
  return firstFlag < 0 ? args : args.slice(0, firstFlag);
}

function namesIn({ commands }: Command): string[] {
  return commands.map((command) => command.name());
}

/**
 * Checks a name that a person typed. `commands` are those that it may have meant instead of a queue.
 * @throws NotFoundError, which suggests the name that was meant, for a queue that was never used; UsageError for a mistyped command;
 * NameError for a name that no queue can have.
 */
export async function requireQueue(operator: Operator, queue: string, commands: readonly string[] = []): Promise<void> {
  checkName('queue', queue);
  const known = await operator.queueNames();
  if (known.includes(queue)) return;
  const found = await operator.discoverQueues();
  if (found.includes(queue)) return;
  const command = closestMatch(queue, [...commands], { maxDistance: 2 });
  const nearest = closestMatch(queue, command === undefined ? [] : [...found, command]);
  if (command !== undefined && nearest === command)
    throw new UsageError(`expected a queue or a command, got ${queue}, which is neither (did you mean ${command}?)`);
  throw new NotFoundError(unknownQueue(queue, found, operator));
}

function unknownQueue(queue: string, known: readonly string[], { address, namespace }: Operator): string {
  const place = `in the namespace ${namespace} on ${address}`;
  if (known.length === 0) return `expected a queue, got ${queue}, but there is none ${place}`;
  const near = closestMatch(queue, [...known], { maxDistance: MOST_EDITS });
  const advice = near === undefined ? `there are ${listed(known)}` : `did you mean ${near}?`;
  return `expected a queue ${place}, got ${queue} (${advice})`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return more > 0 ? `${names.slice(0, MOST_LISTED).join(', ')} and ${more} more` : names.join(', ');
}

const MOST_LISTED = 20;
const MOST_EDITS = 3;
