// `acktor flow`: how far a flow is, step by step.
import type { FlowDetails, FlowStepDetails, Operator } from '@acktor/core';
import type { Command } from 'commander';
import { NotFoundError } from '../errors.js';
import { colours, print } from '../output/output.js';
import { block, firstLine, joined, line, say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';
import { queueOf } from './job.js';
import { operatorCommand, withOperator, withOperatorFlags, type OperatorFlags } from './operator-command.js';

interface FlowFlags extends OperatorFlags {
  readonly queue?: string;
}

/** The command, ready to be added to a program. */
export function flowCommand(): Command {
  const command = operatorCommand('flow', 'show how far a flow is')
    .description(
      'Shows the steps of a flow: which of them wait, are under way, are done, have failed or were undone, and why.',
    )
    .argument('<id>', 'the id of the flow')
    .option('-q, --queue <name>', 'its queue (default: it is looked for in all)');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((id: string, flags: FlowFlags) => withOperator(flags, (operator) => showFlow(operator, id, flags)));
}

async function showFlow(operator: Operator, id: string, { queue: named, json }: FlowFlags): Promise<void> {
  const queue = await queueOf(operator, id, named);
  const flow = await operator.flow(queue, id);
  if (flow === undefined)
    throw new NotFoundError(
      `expected a flow whose steps have begun, got the id ${id} of ${queue}, which is none (acktor job shows it)`,
    );
  print(json, { json: flow, text: () => page(flow) });
}

function page(flow: FlowDetails): Printable {
  const { id, name, queue, phase, run, reason, done, steps } = flow;
  const times = run > 1 ? say` in its run ${String(run)}` : say``;
  const head = say`${line(name)} ${line(id)} of ${line(queue)} is ${phase}${times}: ${String(done)} of ${String(steps.length)} steps are done\n`;
  const why = reason === undefined ? say`` : say`${block(reason, '')}\n`;
  return joined([head, why, say`\n`, table(COLUMNS, steps, { head: colours.dim })]);
}

const COLUMNS: readonly Column<FlowStepDetails>[] = [
  { head: 'step', cell: ({ name }) => line(name) },
  { head: 'state', cell: ({ state }) => WORDS[state] },
  { head: 'queue', cell: ({ queue }) => line(queue) },
  { head: 'job', cell: ({ jobId, state }) => (state === 'waiting' ? '' : line(jobId)) },
  { head: 'reason', cell: ({ reason }) => firstLine(reason) },
];

const WORDS: Readonly<Record<FlowStepDetails['state'], string>> = {
  waiting: 'waiting',
  sent: 'under way',
  done: 'done',
  failed: 'failed',
  undoing: 'being undone',
  undone: 'undone',
  undoFailed: 'could not be undone',
};

const EXPLANATION = `
A flow is cancelled by "acktor cancel", as a whole; one that failed is a dead letter, and "acktor dead redrive" lets it go on from where it failed.

JSON: { "queue", "id", "name", "phase", "run", "done", "failed", "underWay", "reason", "isCancelled", "steps": [{ "name", "state", "queue", "jobId",
"reason" }] }, where phase is "running", "failing", "compensating", "done", "failed" or "dead", and state "waiting", "sent", "done", "failed",
"undoing", "undone" or "undoFailed".

Exit codes: 0 shown, 1 failed, 2 wrong usage, or the id is in several queues, 3 no such flow, 4 no server.

Examples:
  acktor flow 1x
  acktor flow 1x --queue imports --json | jq -r '.steps[] | select(.state == "failed") | .jobId'`;
