// `acktor dead redrive` and `acktor dead purge`: choose letters, say how many, ask, and show how far it is.
import type { DeadLetterPreview, DeadLetters, Operator } from '@acktor/core';
import type { Command } from 'commander';
import { NotFoundError, UsageError } from '../../errors.js';
import { atTheTerminal, confirm } from '../../output/asking.js';
import { counted, print, showProgress, write } from '../../output/output.js';
import { firstLine, joined, say, type Printable } from '../../output/printable.js';
import { operatorCommand, requireQueue, withOperator, withOperatorFlags } from '../operator-command.js';
import { redriveEdited, type EditFlags } from './edit.js';
import { filterOf, withFilterFlags, type FilterFlags } from './dead-filter.js';

/** The command, ready to be added to a group. */
export function deadRedriveCommand(): Command {
  const command = bulkCommand({
    name: 'redrive',
    summary: 'put dead letters back into their queue',
    description:
      'Puts jobs back into their queue, the first that died first, with all their attempts before them. Their history stays.',
    done: 'redriven',
    one: (letters, id) => letters.redrive(id),
    all: (letters, options) => letters.redriveAll(options),
    examples: `  $ o-1 o-2
  $ --reason ECONNREFUSED --since 2h
  $ --all --dry-run
  $ o-1 --edit
  $ o-1 --payload '{"orderId":"o-1","cents":990}' --yes`,
  });
  return command
    .option('--edit', 'edit the payload of one letter first, in VISUAL or EDITOR of the environment')
    .option('--payload <json>', 'give one letter this payload first');
}

/** The command, ready to be added to a group. */
export function deadPurgeCommand(): Command {
  return bulkCommand({
    name: 'purge',
    summary: 'remove dead letters for good',
    description: 'Removes jobs with all that is kept of them. Nothing brings them back.',
    done: 'purged',
    one: (letters, id) => letters.purge(id),
    all: (letters, options) => letters.purgeAll(options),
    examples: `  $ o-1
  $ --job charge-card --until 30d --yes`,
  });
}

/** What is done with the letters that are chosen. */
interface BulkAction {
  readonly name: 'redrive' | 'purge';
  readonly summary: string;
  readonly description: string;
  /** What was done to a letter, as in "12 letters redriven". */
  readonly done: string;
  readonly one: (letters: DeadLetters, id: string) => Promise<boolean>;
  readonly all: (
    letters: DeadLetters,
    options: Parameters<DeadLetters['redriveAll']>[0],
  ) => ReturnType<DeadLetters['redriveAll']>;
  readonly examples: string;
}

interface BulkFlags extends EditFlags, FilterFlags {
  readonly all?: boolean;
}

function bulkCommand(action: BulkAction): Command {
  const command = operatorCommand(action.name, action.summary)
    .description(action.description)
    .argument('<queue>', 'the queue')
    .argument('[ids...]', 'the ids of letters')
    .option('--all', 'all letters of the queue');
  return withOperatorFlags(
    withFilterFlags(command)
      .option('--dry-run', 'say how many letters are meant, and do nothing')
      .option('-y, --yes', 'do not ask'),
  )
    .addHelpText('after', explanation(action))
    .action((queue: string, ids: readonly string[], flags: BulkFlags) =>
      withOperator(flags, (operator) => run(action, { operator, queue, ids }, flags)),
    );
}

interface Asked {
  readonly operator: Operator;
  readonly queue: string;
  readonly ids: readonly string[];
}

async function run(action: BulkAction, { operator, queue, ids }: Asked, flags: BulkFlags): Promise<void> {
  requireChoice(action, ids, flags);
  await requireQueue(operator, queue);
  if (flags.edit || flags.payload !== undefined) return redriveEdited({ operator, queue, ids }, flags);
  const letters = operator.deadLetters(queue);
  const now = await letters.serverTime();
  // The answer does not mean letters that die after the question.
  const filter = { until: now, ...filterOf(flags, now) };
  const preview = ids.length > 0 ? await previewOf(letters, queue, ids) : await letters.preview(filter);
  const matched = preview.count;
  if (flags.dryRun || matched === 0) return report({ queue, matched, done: 0, missed: 0 }, action, flags);
  write(process.stderr, described(preview, queue));
  const question = say`${capitalised(action.name)} ${counted(matched, 'dead letter')} of ${queue}?`;
  await confirm(question, flags.yes, atTheTerminal());
  const { touched, missed } = await withProgress(matched, (onProgress) =>
    ids.length > 0 ? touchEach(action, letters, ids) : action.all(letters, { ...filter, onProgress }),
  );
  report({ queue, matched, done: touched, missed }, action, flags);
}

async function withProgress<Answer>(
  total: number,
  work: (onProgress: (touched: number) => void) => Promise<Answer>,
): Promise<Answer> {
  const progress = showProgress(total, 'letter');
  try {
    return await work((touched) => progress.update(touched));
  } finally {
    progress.stop();
  }
}

/** All letters of a queue must be asked for by `--all`: a forgotten filter must not mean them. */
function requireChoice({ name }: BulkAction, ids: readonly string[], { all, ...flags }: BulkFlags): void {
  const isFiltered = Object.keys(filterOf(flags, new Date(0))).length > 0;
  const choices = [ids.length > 0, isFiltered, all === true].filter(Boolean).length;
  if (choices === 1) return;
  const complaint =
    choices === 0 ? 'expected to be told which dead letters' : 'expected one way of choosing dead letters';
  throw new UsageError(`${complaint}: ids, a filter such as --reason, or --all (acktor dead ${name} --help)`);
}

async function previewOf(letters: DeadLetters, queue: string, ids: readonly string[]): Promise<DeadLetterPreview> {
  const found = await Promise.all(ids.map((id) => letters.get(id)));
  const unknown = ids.filter((_, i) => found[i] === undefined);
  if (unknown.length > 0)
    throw new NotFoundError(`expected dead letters of ${queue}, got ${unknown.join(', ')}: nothing was done`);
  return { count: ids.length, reasons: [] };
}

async function touchEach(action: BulkAction, letters: DeadLetters, ids: readonly string[]) {
  let touched = 0;
  for (const id of ids) if (await action.one(letters, id)) touched += 1;
  return { touched, missed: ids.length - touched };
}

function described({ count, reasons }: DeadLetterPreview, queue: string): Printable {
  const lines = reasons
    .slice(0, MOST_REASONS)
    .map((each) => say`  ${each.count.toLocaleString('en')}  ${firstLine(each.reason)}\n`);
  return say`${counted(count, 'dead letter')} of ${queue}\n${joined(lines)}`;
}

interface Outcome {
  readonly queue: string;
  readonly matched: number;
  readonly done: number;
  readonly missed: number;
}

function report({ queue, matched, done, missed }: Outcome, action: BulkAction, { json, dryRun }: BulkFlags): void {
  const others = missed > 0 ? `; ${missed} ${missed === 1 ? 'was' : 'were'} gone before` : '';
  print(json, {
    json: { queue, matched, [action.done]: done, missed },
    text: () =>
      dryRun
        ? say`${counted(matched, 'dead letter')} of ${queue} match\n`
        : say`${counted(done, 'dead letter')} ${action.done}${others}\n`,
  });
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const MOST_REASONS = 5;

function explanation({ name, done, examples }: BulkAction): string {
  return `
Name ids, or choose with a filter, or say --all. It says how many letters are meant and asks; --yes answers. Without a terminal
nothing is done unless --yes is given. Every step is atomic: after an interruption, simply run it again.

JSON: { "queue", "matched", "${done}", "missed" }; missed letters matched, but another process was faster

Exit codes: 0 done (also when none matched), 1 failed, 2 wrong usage or not confirmed, 3 no such queue or dead letter, 4 no server.

Examples:
${examples.replaceAll('$', `acktor dead ${name} payments`)}`;
}
