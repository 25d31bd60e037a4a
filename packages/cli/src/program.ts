// The program: its commands, its exit codes, and what it does when the reader of its output goes away.
import { readFileSync } from 'node:fs';
import { AcktorError } from '@acktor/core';
import { Command, CommanderError } from 'commander';
import { bulkCommands } from './commands/bulk.js';
import { cancelCommand } from './commands/cancel.js';
import { chartCommand } from './commands/chart.js';
import { dashboardCommand } from './commands/dashboard.js';
import { deadCommand } from './commands/dead/dead.js';
import { doctorCommand } from './commands/doctor.js';
import { exchangesCommand } from './commands/exchanges.js';
import { actorsCommand } from './commands/actors.js';
import { flowCommand } from './commands/flow.js';
import { jobCommand } from './commands/job.js';
import { jobsCommand } from './commands/jobs.js';
import { keysCommand } from './commands/keys.js';
import { limitCommand } from './commands/limit.js';
import { pauseCommand, resumeCommand } from './commands/pause.js';
import { queuesCommand } from './commands/queues.js';
import { repairCommand } from './commands/repair.js';
import { sendCommand } from './commands/send.js';
import { schedulesCommand } from './commands/schedules.js';
import { serverCommand } from './commands/server.js';
import { topCommand } from './commands/top.js';
import { workCommand } from './commands/work.js';
import { workersCommand } from './commands/workers.js';
import { BAD_USAGE, exitCodeOf } from './errors.js';
import { printJson, write } from './output/output.js';
import { block, say } from './output/printable.js';

/** Runs the command that `argv` names, and sets the exit code of {@link exitCodes}. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  endWithTheReader(process.stdout);
  try {
    await program().parseAsync(withHelp(argv));
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    report(error, argv.includes('--json'));
  }
}

/**
 * `acktor` alone asks for help, as that of docker, kubectl and gh does. `acktor help dead purge` means `acktor dead purge --help`:
 * Commander's own `help` knows the first word only (Commander 14).
 */
function withHelp(argv: readonly string[]): string[] {
  const [node = '', script = '', first, ...path] = argv;
  if (first === undefined) return [node, script, '--help'];
  return first === 'help' && path.length > 1 ? [node, script, ...path, '--help'] : [...argv];
}

/** Returns the words after `acktor` of each command, a group before its commands: for the reference. */
export function commandPaths(): readonly (readonly string[])[] {
  return pathsIn(program(), []);
}

function pathsIn(command: Command, path: readonly string[]): readonly (readonly string[])[] {
  return [path, ...command.commands.flatMap((inner) => pathsIn(inner, [...path, inner.name()]))];
}

function program(): Command {
  const commands = [
    workCommand(),
    dashboardCommand(),
    queuesCommand(),
    workersCommand(),
    topCommand(),
    jobsCommand(),
    jobCommand(),
    exchangesCommand(),
    flowCommand(),
    actorsCommand(),
    sendCommand(),
    deadCommand(),
    schedulesCommand(),
    keysCommand(),
    limitCommand(),
    pauseCommand(),
    resumeCommand(),
    cancelCommand(),
    ...bulkCommands(),
    doctorCommand(),
    repairCommand(),
    serverCommand(),
    chartCommand(),
  ];
  const acktor = new Command('acktor')
    .description('Acktor runs typed job handlers as actors on durable Redis queues.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .addHelpText('after', EXPLANATION);
  for (const command of commands) acktor.addCommand(command);
  return quiet(acktor);
}

const EXPLANATION = `
Where the queues are: --redis or REDIS_URL, else the configuration file, else the embedded server of this project
(unless NODE_ENV is production); --embedded asks for that one.

Exit codes:
  0  fine
  1  it failed, or what was looked at is not well
  2  what was typed cannot be, or was not confirmed; nothing was done
  3  there is no such queue or job
  4  the server cannot be reached

Examples:
  acktor work 'dist/handlers/*.js'  workers for all handlers that these files export, on every core
  acktor queues                     how full the queues are, and how fast they move
  acktor workers                    who holds what, and for how long
  acktor top                        the same, live
  acktor dead                       how many jobs died where, and why
  acktor doctor                     what is wrong, and how to mend it
  acktor help work                  what a command takes`;

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** By default Commander ends the process, with 1 for a user's mistake as for our failure. */
function quiet(command: Command): Command {
  for (const inner of command.commands) quiet(inner);
  return command
    .exitOverride()
    .configureOutput({ outputError: (text) => write(process.stderr, say`${block(text)}\n`) })
    .showHelpAfterError(`(${helpCall(command)} says what there is)`);
}

function helpCall(command: Command): string {
  const path = [command.name()];
  for (let above = command.parent; above; above = above.parent) path.unshift(above.name());
  return `${path.join(' ')} --help`;
}

/** A program that asked for JSON gets it in any case. Commander has written its own errors, and help, already. */
function report(error: unknown, isJson: boolean): void {
  if (error instanceof CommanderError && error.exitCode === 0) return;
  const message = messageOf(error);
  if (!(error instanceof CommanderError)) write(process.stderr, say`acktor: ${block(message)}\n`);
  if (isJson) printJson({ error: { code: codeOf(error), message } }, 2);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof CommanderError ? message.replace(/^error: /, '') : message;
}

function codeOf(error: unknown): string {
  if (error instanceof CommanderError) return BAD_USAGE;
  return error instanceof AcktorError ? error.code : 'ACKTOR_FAILED';
}

/** `acktor chart | head -1` closes the pipe while there is more to write: no failure, but no reader is left. */
function endWithTheReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
