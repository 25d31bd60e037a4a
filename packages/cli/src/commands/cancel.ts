// `acktor cancel`: cancels one job wherever it is.
import type { CancelOutcome, Operator } from '@acktor/core';
import type { Command } from 'commander';
import { exitCodes, NotFoundError } from '../errors.js';
import {
  requireQueue,
  operatorCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';
import { atTheTerminal, confirm } from '../output/asking.js';
import { say } from '../output/printable.js';
import { print } from '../output/output.js';

interface CancelFlags extends OperatorFlags {
  readonly why?: string;
  readonly yes?: boolean;
}

/** The command, ready to be added to a program. */
export function cancelCommand(): Command {
  const command = operatorCommand('cancel', 'cancel a job wherever it is')
    .description(
      'A job that waits is removed; if it waits for children, these go on. One that is under way is let go by its handler, in whichever process it runs, and ' +
        'dead-lettered.',
    )
    .argument('<queue>', 'the queue of the job')
    .argument('<id>', 'the id of the job')
    .option('--why <text>', 'the reason, as the handler and the dead letter say it')
    .option('-y, --yes', 'do not ask');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((queue: string, id: string, flags: CancelFlags) =>
      withOperator(flags, (operator) => cancel(operator, { queue, id }, flags)),
    );
}

interface NamedJob {
  readonly queue: string;
  readonly id: string;
}

async function cancel(operator: Operator, { queue, id }: NamedJob, { why, yes, json }: CancelFlags): Promise<void> {
  await requireQueue(operator, queue);
  await confirm(say`Cancel ${id} of ${queue}?`, yes, atTheTerminal());
  const outcome = await operator.cancel(queue, id, { why: why ?? 'an operator cancelled it' });
  if (outcome === 'notFound') throw new NotFoundError(`expected a job of ${queue}, got the id ${id}, which is none`);
  if (outcome === 'ended') process.exitCode = exitCodes.failed;
  print(json, { json: { queue, id, outcome }, text: () => say`${id}: ${WORDS[outcome]}\n` });
}

const WORDS: Readonly<Record<Exclude<CancelOutcome, 'notFound'>, string>> = {
  removed: 'it waited, and is removed',
  removedAlone: 'it waited for its children, and is removed; they go on by themselves, and their results go nowhere',
  signalled: 'a worker has it, and was told to let it go',
  ended: 'nothing was done: it has ended before',
};

const EXPLANATION = `
Asks first; --yes answers. Without a terminal nothing is done unless --yes is given.

JSON: { "queue": "payments", "id": "o-1", "outcome": "removed" | "removedAlone" | "signalled" | "ended" }

Exit codes: 0 removed or signalled, 1 it had ended before, 2 wrong usage or not confirmed, 3 no such queue or job, 4 no server.

Example:
  acktor cancel payments o-1 --why 'charged by hand' --yes`;
