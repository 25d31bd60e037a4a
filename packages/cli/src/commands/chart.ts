// `acktor chart`: prints the state chart of any machine.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chartOf, machineJson, mermaid, svg } from '@acktor/chart';
import { Command, Option } from 'commander';
import type { AnyStateMachine } from 'xstate';
import { consumerMachine, workerMachine } from '@acktor/worker';
import { isMachine } from '@acktor/worker/internal';
import { supervisorMachine } from '../supervisor/supervisor.machine.js';
import { workerProcessMachine } from '../supervisor/worker-process.machine.js';
import { UsageError } from '../errors.js';

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

const own: Readonly<Record<string, AnyStateMachine>> = {
  consumer: consumerMachine,
  worker: workerMachine,
  supervisor: supervisorMachine,
  'worker-process': workerProcessMachine,
};

/** The names of Acktor's own machines. */
const ownMachines: readonly string[] = Object.keys(own);

/**
 * One of Acktor's own by its name, or `FILE#export`; without `#export` the only machine that the file exports.
 * @throws UsageError saying what is there instead.
 */
async function namedMachine(name: string, folder: string): Promise<AnyStateMachine> {
  const machine = own[name];
  if (machine) return machine;
  const [path = '', wanted] = name.split('#');
  const file = resolve(folder, path);
  if (!existsSync(file))
    throw new UsageError(`expected ${ownMachines.join(', ')} or a file, got ${name}, but there is no such file`);
  const module = await load(file);
  return machineIn(file, module, wanted);
}

async function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`expected a module in ${file}, but it did not load: ${message}`, { cause });
  }
}

function machineIn(file: string, module: Readonly<Record<string, unknown>>, wanted: string | undefined) {
  const machines = Object.entries(module).flatMap(([name, value]) => (isMachine(value) ? [{ name, value }] : []));
  const [found, ...others] = machines.filter(({ name }) => wanted === undefined || name === wanted);
  const names = machines.map(({ name }) => name).join(', ') || 'none';
  if (found === undefined)
    throw new UsageError(`expected ${file} to export an XState machine${wanted ? ` ${wanted}` : ''}; it has ${names}`);
  if (others.length > 0) throw new UsageError(`expected one machine, ${file} has ${names}: name it as FILE#export`);
  return found.value;
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
