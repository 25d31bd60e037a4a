// Asks before something is destroyed.
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { Printable } from './printable.js';
import { NotConfirmedError } from '../errors.js';

/** Where a question is asked. */
export interface Asking {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person is there to answer. */
  readonly isInteractive: boolean;
}

/** The person at the terminal. The question goes to standard error, so that standard output can be piped on. */
export function atTheTerminal(): Asking {
  const isInteractive = process.stdin.isTTY && process.stderr.isTTY;
  return { input: process.stdin, output: process.stderr, isInteractive };
}

/**
 * Resolves when the answer is yes, or `--yes` said so before.
 * @throws NotConfirmedError when no person can be asked, or for any other answer.
 */
export async function confirm(question: Printable, isAnswered: boolean | undefined, asking: Asking): Promise<void> {
  if (isAnswered) return;
  if (!asking.isInteractive) throw new NotConfirmedError('there is no terminal to confirm it at: pass --yes');
  const dialogue = createInterface(asking);
  try {
    const answer = await dialogue.question(`${question.toString()} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new NotConfirmedError('it was not confirmed');
  } finally {
    dialogue.close();
  }
}
