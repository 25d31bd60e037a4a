// `acktor dead show`: one dead letter with its stack and its attempts.
import type { Operator } from '@acktor/core';
import type { Command } from 'commander';
import { requireQueue } from '../../operating/known-queues.js';
import {
  operatorCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from '../../operating/operator-command.js';
import { NotFoundError } from '../../output/output-errors.js';
import { showJob } from '../job.js';

interface ShowFlags extends OperatorFlags {
  readonly payload?: boolean;
}

/** The command, ready to be added to a group. */
export function deadShowCommand(): Command {
  const command = operatorCommand('show', 'show one dead letter with its stack and attempts')
    .description(
      'Shows why a job was given up and how each attempt at it ended. Its payload is shown only with --payload.',
    )
    .argument('<queue>', 'the queue')
    .argument('<id>', 'the id of the job')
    .option('--payload', 'show its payload, too');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((queue: string, id: string, flags: ShowFlags) =>
      withOperator(flags, (operator) => show(operator, { queue, id }, flags)),
    );
}

async function show(
  operator: Operator,
  { queue, id }: { readonly queue: string; readonly id: string },
  flags: ShowFlags,
): Promise<void> {
  await requireQueue(operator, queue);
  const job = await operator.job(queue, id);
  if (job?.place !== 'deadLettered') throw new NotFoundError(`expected a dead letter of ${queue}, got the id ${id}`);
  await showJob(operator, job, flags);
}

const EXPLANATION = `
JSON: that of "acktor job".

Exit codes: 0 shown, 1 failed, 2 wrong usage, 3 no such queue or dead letter, 4 no server.

Example:
  acktor dead show payments o-1 --payload`;
