// What `acktor dashboard` does. The command itself is in @acktor/cli, which loads this when it is installed.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { visible } from '@acktor/core/internal';
import type { DashboardOptions } from './dashboard-options.js';
import { Dashboard } from './dashboard.js';

export interface ServeOptions {
  /** Whether to open a browser, where there is a desktop. */
  readonly opensBrowser: boolean;
}

/** Serves a dashboard and prints the link to open; resolves once SIGINT or SIGTERM has ended it. @throws the errors of `Dashboard.start`. */
export async function serveDashboard(options: DashboardOptions, { opensBrowser }: ServeOptions): Promise<void> {
  await using dashboard = await Dashboard.start(options);
  const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stdout.write(`The dashboard is on ${visible(dashboard.signInUrl)}\n`);
  await using _ = opensBrowser && hasDesktop(process) ? await openBrowser(dashboard.signInUrl) : undefined;
  await ended;
}

/** The part of `process` that shows whether there is a desktop. */
export interface ProcessFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly stdout: { readonly isTTY?: boolean };
}

/** Whether a person sits at this machine: a terminal, no CI, no remote shell, and on Linux a display. */
export function hasDesktop({ env, platform, stdout }: ProcessFacts): boolean {
  const isRemote = ['CI', 'SSH_CONNECTION', 'SSH_TTY'].some((name) => env[name]);
  const hasDisplay = platform !== 'linux' || ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => env[name]);
  return stdout.isTTY === true && !isRemote && hasDisplay;
}

/** Opens a file or a URL in the person's browser. */
export type Open = (target: string) => Promise<unknown>;

/**
 * Opens a URL in the person's browser. A browser that does not start is no failure: the URL was printed.
 *
 * The arguments of a process can be read by every user of the machine, so a URL with a token is not passed as one: the browser gets
 * a file that redirects to it, which only its owner can read. Disposing removes the file.
 *
 * @param open replaced in tests; by default the desktop's way to open things.
 */
export async function openBrowser(url: string, open: Open = openOnDesktop): Promise<AsyncDisposable> {
  const file = new URL(url).search === '' ? undefined : await writeRedirectFile(url).catch(() => undefined);
  // Without the file, the page asks for the token.
  await open(file?.path ?? new URL(url).origin).catch(() => undefined);
  return { [Symbol.asyncDispose]: async () => file && rm(file.folder, { recursive: true, force: true }) };
}

async function writeRedirectFile(url: string): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'acktor-dashboard-'));
  const path = join(folder, 'open.html');
  await writeFile(path, redirectPage(url), { mode: 0o600 });
  return { folder, path };
}

/** @param url made by this dashboard: nothing in it needs to be escaped. */
function redirectPage(url: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}"><title>Acktor</title><a href="${url}">Open the dashboard</a>
`;
}

async function openOnDesktop(target: string): Promise<void> {
  const { default: open } = await import('open');
  const browser = await open(target);
  browser.once('error', () => undefined);
}
