// `acktor resume`: lets a paused queue go on.
import type { Operator } from '@acktor/core';
import type { Command } from 'commander';
import { requireQueue } from '../operating/known-queues.js';
import { operatorCommand, withOperator, withOperatorFlags, type OperatorFlags } from '../operating/operator-command.js';
import { say } from '../output/printable.js';
import { print } from '../output/output.js';
import { explanation } from './pause.js';

/** The command, ready to be added to a program. */
export function resumeCommand(): Command {
  const command = operatorCommand('resume', 'let a paused queue go on')
    .description('Consumers fetch of the queue again, at once.')
    .argument('<queue>', 'the queue');
  return withOperatorFlags(command)
    .addHelpText('after', explanation('resume', false))
    .action((queue: string, flags: OperatorFlags) => withOperator(flags, (operator) => resume(operator, queue, flags)));
}

async function resume(operator: Operator, queue: string, { json }: OperatorFlags): Promise<void> {
  await requireQueue(operator, queue);
  await operator.resume(queue);
  print(json, { json: { queue, isPaused: false }, text: () => say`${queue} goes on\n` });
}
