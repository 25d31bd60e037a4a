// `acktor dead redrive --edit` and `--payload`: gives one letter another payload, and puts it back into its queue with that.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetter, Operator } from '@acktor/core';
import { NotConfirmedError, NotFoundError, UsageError } from '../../errors.js';
import { atTheTerminal, confirm } from '../../output/asking.js';
import { print } from '../../output/output.js';
import { say, type Printable } from '../../output/printable.js';
import type { OperatorFlags } from '../operator-command.js';

/** The flags that decide it. */
export interface EditFlags extends OperatorFlags {
  readonly edit?: boolean;
  readonly payload?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface Asked {
  readonly operator: Operator;
  readonly queue: string;
  readonly ids: readonly string[];
}

/** @throws UsageError for more than one letter, and for a payload that is no JSON; NotFoundError; NotConfirmedError. */
export async function redriveEdited({ operator, queue, ids }: Asked, flags: EditFlags): Promise<void> {
  const [id, ...others] = ids;
  if (id === undefined || others.length > 0)
    throw new UsageError(`expected the id of one dead letter to give another payload, got ${ids.length || 'none'}`);
  if (flags.edit && flags.payload !== undefined) throw new UsageError('expected --edit or --payload, got both');
  const letters = operator.deadLetters(queue);
  const letter = await letters.get(id);
  if (letter === undefined) throw new NotFoundError(`expected a dead letter of ${queue}, got ${id}: nothing was done`);
  const data = jsonOf(flags.payload ?? (await edited(letter)));
  if (!flags.dryRun) await confirm(say`Redrive ${id} of ${queue} with another payload?`, flags.yes, atTheTerminal());
  const done = !flags.dryRun && (await letters.redrive(id, { data })) ? 1 : 0;
  const missed = flags.dryRun ? 0 : 1 - done;
  print(flags.json, {
    json: { queue, matched: 1, redriven: done, missed },
    text: () => (flags.dryRun ? say`${id} would be redriven with it\n` : redriven(id, missed)),
  });
}

function redriven(id: string, missed: number): Printable {
  return missed > 0 ? say`${id} is no dead letter any more: nothing was done\n` : say`${id} is redriven\n`;
}

/** A payload may be private: the file is the user's alone, and removed. @throws NotConfirmedError when it is as it was, or the editor fails. */
async function edited({ payload }: DeadLetter): Promise<string> {
  const editor = process.env['VISUAL'] ?? process.env['EDITOR'];
  if (!editor) throw new UsageError('expected an editor in VISUAL or EDITOR of the environment; or give --payload');
  const folder = await mkdtemp(join(tmpdir(), 'acktor-'));
  const file = join(folder, 'payload.json');
  const before = `${JSON.stringify(jsonOf(payload), undefined, 2)}\n`;
  try {
    await writeFile(file, before, { mode: 0o600 });
    // By a shell, as git does: an editor may have arguments.
    const [code] = (await once(spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' }), 'exit')) as [
      unknown,
    ];
    if (code !== 0) throw new NotConfirmedError(`the editor (${editor}) ended with ${String(code)}`);
    const after = await readFile(file, 'utf8');
    if (after === before) throw new NotConfirmedError('the payload is as it was (without --edit it is redriven so)');
    return after;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Json = object | string | number | boolean | null;

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`expected a payload of JSON, got something else: ${why}`, { cause });
  }
}
