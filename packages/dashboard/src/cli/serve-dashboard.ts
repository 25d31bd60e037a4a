// What `acktor dashboard` does. The command itself is in @acktor/cli, which loads this when it is installed.
import { once } from 'node:events';
import { visible } from '@acktor/core/internal';
import { Dashboard } from '../dashboard.js';
import type { DashboardOptions } from '../dashboard-options.js';
import { hasDesktop, openBrowser } from './open-browser.js';

export interface ServeWishes {
  /** Whether a browser is opened, where there is a desktop. */
  readonly opensBrowser: boolean;
}

/** Serves a dashboard and prints the link to open; resolves once SIGINT or SIGTERM has ended it. @throws what `Dashboard.start` throws. */
export async function serveDashboard(options: DashboardOptions, { opensBrowser }: ServeWishes): Promise<void> {
  await using dashboard = await Dashboard.start(options);
  const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stdout.write(`The dashboard is on ${visible(dashboard.signInUrl)}\n`);
  await using _ = opensBrowser && hasDesktop(process) ? await openBrowser(dashboard.signInUrl) : undefined;
  await ended;
}
