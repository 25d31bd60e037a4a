// `acktor server`: the embedded server of a project, as it stands, and how it is stopped.
import {
  stopEmbeddedServer,
  viewEmbeddedServer,
  type EmbeddedServerView,
  type RunningServerView,
  type StopOutcome,
} from '@acktor/core/server';
import { Command } from 'commander';
import { joined, say, type Printable } from '../output/printable.js';
import { exitCodes, SettingError } from '../errors.js';
import { operatorCommand, withDefaultCommand } from './operator-command.js';
import { counted, print } from '../output/output.js';

interface ServerFlags {
  readonly project?: string;
  readonly json?: boolean;
  readonly force?: boolean;
}

/** The group, ready to be added to a program. */
export function serverCommand(): Command {
  const group = new Command('server')
    .summary('look at the embedded server of a project, and stop it')
    .description(
      'The server that Acktor starts where no other is named. The last program that uses it ends it; after five seconds without any it ends ' +
        'by itself. Without a further word: how it stands.',
    )
    .helpOption('-h, --help', 'explain this command');
  return withDefaultCommand(group, statusCommand()).addCommand(stopCommand());
}

function statusCommand(): Command {
  return withFlags(
    operatorCommand('status', 'whether it runs, where, and who uses it').description(
      'Looks at the embedded server, and starts nothing.',
    ),
  )
    .addHelpText('after', STATUS)
    .action((flags: ServerFlags) => status(flags));
}

function stopCommand(): Command {
  return withFlags(
    operatorCommand('stop', 'stop it in order')
      .description(
        'Stops the embedded server in order. Its data stays: the next program starts it again with all its jobs.',
      )
      .option('--force', 'even while programs use it, which then wait until another one starts it again'),
  )
    .addHelpText('after', STOP)
    .action((flags: ServerFlags) => stop(flags));
}

function withFlags(command: Command): Command {
  return command
    .option('--project <folder>', 'the project (default: the nearest folder with a package.json)')
    .option('--json', 'print one JSON document, for programs');
}

async function status({ project, json }: ServerFlags): Promise<void> {
  const view = await viewEmbeddedServer(checked(project));
  print(json, { json: documentOf(view), text: () => say`${stateText(view.running)}\n${placeText(view)}` });
}

async function stop({ project, json, force = false }: ServerFlags): Promise<void> {
  const { outcome, ...view } = await stopEmbeddedServer({ project: checked(project), force });
  if (outcome !== 'stopped' && outcome !== 'absent') process.exitCode = exitCodes.failed;
  const { folder, running } = view;
  print(json, {
    json: { folder, outcome, url: running?.url, users: running?.users },
    text: () => say`${outcomeText(outcome, running)}\n${placeText(view)}`,
  });
}

/** An empty text was to be filled in. */
function checked(project: string | undefined): string | undefined {
  if (project?.trim() === '') throw new SettingError('--project', 'the folder of a project', project);
  return project;
}

function documentOf({ folder, running }: EmbeddedServerView): object {
  return { folder, isRunning: running !== undefined, ...running };
}

function placeText({ folder, running }: EmbeddedServerView): Printable {
  return joined([say`folder   ${folder}\n`, ...(running ? [say`address  ${running.url}\n`] : [])]);
}

function stateText(running: RunningServerView | undefined): Printable {
  if (running === undefined) return say`does not run`;
  const { pid, startedAtMs, isWatched } = running;
  const unwatched = isWatched === false ? '; nothing will end it when it is no longer used' : '';
  const since = new Date(startedAtMs).toISOString();
  return say`runs since ${since} as process ${pid ?? 'unknown'}, ${usersText(running)}${unwatched}`;
}

function usersText({ users }: RunningServerView): string {
  return users === undefined ? 'and does not answer' : `used by ${counted(users.length, 'connection')}`;
}

function outcomeText(outcome: StopOutcome, running: RunningServerView | undefined): Printable {
  if (outcome !== 'inUse' || running === undefined) return say`${OUTCOMES[outcome]}`;
  const names = [...new Set(running.users)].filter((name) => name !== '');
  return say`${OUTCOMES.inUse}: ${usersText(running)}${names.length > 0 ? ` (${names.join(', ')})` : ''}`;
}

const OUTCOMES: Readonly<Record<StopOutcome, string>> = {
  stopped: 'stopped; its data stays',
  absent: 'does not run',
  inUse: 'not stopped, end its programs first or pass --force',
  busy: 'not stopped: for ten seconds other programs were starting, joining or leaving it; try again',
  refused: 'not stopped: it refused, or did not end within ten seconds; look at server.log in its folder',
};

const STATUS = `
JSON: { "folder", "isRunning", "url", "pid", "startedAtMs", "users": [the names of its connections], "isWatched" }, of one that does not run
the first two only. "isWatched" is false where the process is missing that ends the server when no program uses it any more: the next
program starts one.

Exit codes: 0 looked at, whether it runs or not, 1 that failed, 2 wrong usage.

Examples:
  acktor server status
  acktor server status --json | jq .isRunning`;

const STOP = `
JSON: { "folder", "outcome": "stopped" | "absent" | "inUse" | "busy" | "refused", "url", "users" }, the last two where one was running

Exit codes: 0 none runs any more, 1 it was not stopped, 2 wrong usage.

Examples:
  acktor server stop
  acktor server stop --project ../shop --force`;
