// The machine that a name on the command line stands for: one of Acktor's own, or an export of a file.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyStateMachine } from 'xstate';
import { consumerMachine, workerMachine } from '@acktor/worker';
import { isMachine } from '@acktor/worker/internal';
import { supervisorMachine } from '../supervisor/supervisor.machine.js';
import { workerProcessMachine } from '../supervisor/worker-process.machine.js';
import { UsageError } from '../output/output-errors.js';

const own: Readonly<Record<string, AnyStateMachine>> = {
  consumer: consumerMachine,
  worker: workerMachine,
  supervisor: supervisorMachine,
  'worker-process': workerProcessMachine,
};

/** The names of Acktor's own machines. */
export const ownMachines: readonly string[] = Object.keys(own);

/**
 * One of Acktor's own by its name, or `FILE#export`; without `#export` the only machine that the file exports.
 * @throws UsageError saying what is there instead.
 */
export async function namedMachine(name: string, folder: string): Promise<AnyStateMachine> {
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
