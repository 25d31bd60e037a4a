// `acktor work`: runs a supervisor on handler files until it is told to stop.
import { Command } from 'commander';
import { Supervisor } from '../supervisor/supervisor.js';
import type { SettingFlags } from '../settings/gathering.js';
import { addSettings, workSettings } from '../settings/settings.js';
import { workOptions } from '../settings/work-options.js';

/** The command, ready to be added to a program. */
export function workCommand(): Command {
  const command = new Command('work')
    .summary('run workers on handler files')
    .description('Runs worker processes with all handlers that the files export, and replaces those that end.')
    .argument(
      '[files...]',
      'handler files as your build wrote them, or globs (quote them); or files of the configuration',
    )
    .helpOption('-h, --help', 'explain this command');
  return addSettings(command, workSettings)
    .addHelpText('after', EXPLANATION)
    .action((files: readonly string[], flags: SettingFlags) => work(files, flags));
}

async function work(files: readonly string[], flags: SettingFlags): Promise<void> {
  const options = await workOptions(files, flags, { folder: process.cwd(), environment: process.env });
  const supervisor = await Supervisor.start({ handleSignals: true, ...options });
  const failure = await supervisor.stopped();
  if (failure) throw failure;
}

const EXPLANATION = `
Where a setting comes from: a flag, else the variable in [brackets], else the configuration file, else the default.
The file holds the same settings by their names in camel case, and every other option of docs/options.md:
  // acktor.config.js
  export default { files: ['dist/handlers/*.js'], consumers: { payments: 4 }, leaseMs: 30_000 };

Signals:
  SIGTERM, SIGINT  finish what is held, then exit with 0; a second one ends at once and gives the jobs back
  SIGHUP           replace the workers one by one, for new code; each new one runs before an old one stops
  SIGUSR2          print what every consumer does

Exit codes: 0 after a clean stop, 1 after a failure, as of handlers that do not load, 2 for settings that are wrong or files that are
missing, 4 when no server answers.

Examples:
  acktor work dist/charge-card.js                           one process for each core, one consumer in each
  acktor work 'dist/handlers/*.js' -p 4 -c 25               4 processes with 25 consumers for each queue
  acktor work dist/*.js -c payments=4 -c mails=50           by queue; a queue that is not named gets one
  acktor work dist/*.js -q payments -r redis://db:6379      one queue only, on a server of yours
  kill -HUP 4711                                            take up new code; the log's first line names the process`;
