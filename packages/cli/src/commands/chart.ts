// `acktor chart`: prints the state chart of any machine.
import { chartOf, machineJson, mermaid, svg } from '@acktor/chart';
import { Command, Option } from 'commander';
import type { AnyStateMachine } from 'xstate';
import { namedMachine, ownMachines } from './named-machine.js';

interface ChartFlags {
  readonly format: keyof typeof printers;
  readonly folded?: boolean;
}

const printers = {
  mermaid: (machine: AnyStateMachine) => mermaid(chartOf(machine)),
  svg: (machine: AnyStateMachine, { folded }: ChartFlags) => svg(chartOf(machine), folded ? { open: [] } : {}),
  json: machineJson,
};

/** The command, ready to be added to a program. */
export function chartCommand(): Command {
  return new Command('chart')
    .summary('print a state chart')
    .description(
      'Prints the state chart that a consumer, a worker, a supervisor or one of its worker processes runs by, or that of any ' +
        'XState machine which a compiled file exports.',
    )
    .argument('[machine]', `${ownMachines.join(', ')}, or FILE#export`, 'consumer')
    .addOption(new Option('-f, --format <format>', 'how to print it').choices(Object.keys(printers)).default('mermaid'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--folded', 'of a picture: only the states of the first level')
    .helpOption('-h, --help', 'explain this command')
    .addHelpText('after', EXPLANATION)
    .action(async (name: string, flags: ChartFlags) => {
      const machine = await namedMachine(name, process.cwd());
      process.stdout.write(await printers[flags.format](machine, flags));
    });
}

const EXPLANATION = `
Formats:
  mermaid  for a page that draws it, as GitHub does
  svg      a picture that stands by itself, in light or dark as its reader has it
  json     the machine's configuration without its code: Stately Studio imports it, and createMachine takes it

Examples:
  acktor chart                                  the consumer's chart
  acktor chart worker -f svg > worker.svg
  acktor chart dist/checkout.js#checkoutMachine -f json`;
