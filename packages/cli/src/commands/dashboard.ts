// `acktor dashboard`: serves the live view of the fleet, which is a package of its own.
import { AcktorError, type AcktorErrorDetails } from '@acktor/core';
import { Command } from 'commander';
import { dashboardSettings } from '../settings/dashboard-settings.js';
import { gatherOptions, type SettingFlags } from '../settings/gathering.js';
import { addSettings } from '../settings/settings.js';

/** The command, ready to be added to a program. */
export function dashboardCommand(): Command {
  const command = new Command('dashboard')
    .summary('watch the fleet in the browser')
    .description(
      'Serves a page that shows every consumer on its state chart, live, and the queues and their jobs. Needs the package ' +
        '@acktor/dashboard beside this one. Opens a browser where there is a desktop.',
    )
    .helpOption('-h, --help', 'explain this command')
    .option('--no-open', 'do not open a browser');
  return addSettings(command, dashboardSettings).addHelpText('after', EXPLANATION).action(serve);
}

async function serve(flags: SettingFlags): Promise<void> {
  const { serveDashboard } = await loadDashboard();
  await serveDashboard(await dashboardOptions(flags), { opensBrowser: flags['open'] !== false });
}

/** Returns the options unchecked. A configuration file holds options of workers, too: only those of this command count. */
async function dashboardOptions(flags: SettingFlags): Promise<object> {
  const all = await gatherOptions(dashboardSettings, flags, { folder: process.cwd(), environment: process.env });
  const own = dashboardSettings.map(({ option }) => [option, all[option]] as const);
  const { viewerToken: viewer, operatorToken: operator, ...rest } = Object.fromEntries(own);
  const hasTokens = viewer !== undefined || operator !== undefined;
  return { ...rest, ...(hasTokens && { tokens: { viewer, operator } }) };
}

/** What is used of `@acktor/dashboard/cli`. Workers do not depend on it: few of those who run them serve a page. */
interface DashboardDoor {
  readonly serveDashboard: (options: object, how: { readonly opensBrowser: boolean }) => Promise<void>;
}

const DOOR: string = '@acktor/dashboard/cli';

async function loadDashboard(): Promise<DashboardDoor> {
  try {
    return (await import(DOOR)) as DashboardDoor;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw new NoDashboardError({ cause });
    throw cause;
  }
}

/** The package of the dashboard is not installed beside that of the command. */
class NoDashboardError extends AcktorError {
  readonly code = 'ACKTOR_NO_DASHBOARD';

  constructor(details: AcktorErrorDetails) {
    super(
      'expected the package @acktor/dashboard beside @acktor/cli, it is not there: install it as the README says under "In your own project", or run `npm run build` in a clone of Acktor',
      details,
    );
  }
}

const EXPLANATION = `
It prints the link to open. On 127.0.0.1 without tokens that link holds a token which is made for this run: everyone who has
the link may look and act, and no other user of this machine comes in. For others, give tokens and put a proxy with TLS in front;
docs/dashboard.md says how. SIGTERM and SIGINT end it.

Examples:
  acktor dashboard                                on http://127.0.0.1:3900/
  acktor dashboard -r redis://db:6379 -p 8080     of a Redis of yours
  acktor dashboard --redact data.card,result.pin  hides what is private
  acktor dashboard --trust-machine                for all users of a machine that is yours alone
  ACKTOR_VIEWER_TOKEN=… acktor dashboard --host 0.0.0.0`;
