// `acktor pause` and `acktor resume`: stops a queue for the whole fleet, and lets it go on.
import type { Operator } from '@acktor/core';
import type { Command } from 'commander';
import {
  requireQueue,
  operatorCommand,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';
import { say, shellWord } from '../output/printable.js';
import { print } from '../output/output.js';

/** The command, ready to be added to a program. */
export function pauseCommand(): Command {
  const command = operatorCommand('pause', 'stop fetching from a queue, in the whole fleet')
    .description(
      'Consumers finish what they hold and fetch no more of the queue, in every process, until it is resumed. Producers go on ' +
        'sending. A paused queue stays paused, whatever is restarted.',
    )
    .argument('<queue>', 'the queue');
  return withOperatorFlags(command)
    .addHelpText('after', explanation('pause', true))
    .action((queue: string, flags: OperatorFlags) => withOperator(flags, (operator) => pause(operator, queue, flags)));
}

async function pause(operator: Operator, queue: string, { json }: OperatorFlags): Promise<void> {
  await requireQueue(operator, queue);
  await operator.pause(queue);
  print(json, {
    json: { queue, isPaused: true },
    text: () => say`${queue} is paused; acktor resume ${shellWord(queue)} ends it\n`,
  });
}

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

/** The end of the help of both commands. */
function explanation(name: string, isPaused: boolean): string {
  return `
JSON: { "queue": "payments", "isPaused": ${isPaused} }

Exit codes: 0 done (also when it was so before), 2 wrong usage, 3 no such queue, 4 no server.

Example:
  acktor ${name} payments`;
}
