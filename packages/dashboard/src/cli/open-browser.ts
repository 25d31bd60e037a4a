// Opens the page, where there is a desktop to open it on.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is asked of a process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly stdout: { readonly isTTY?: boolean };
}

/** Whether somebody sits before this machine: a terminal, no CI, no remote shell, and on Linux a display. */
export function hasDesktop({ env, platform, stdout }: Surroundings): boolean {
  const isFarAway = ['CI', 'SSH_CONNECTION', 'SSH_TTY'].some((name) => env[name]);
  const hasDisplay = platform !== 'linux' || ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => env[name]);
  return stdout.isTTY === true && !isFarAway && hasDisplay;
}

/** Opens a file or a URL in the person's browser. */
export type Open = (target: string) => Promise<unknown>;

/**
 * Opens a URL in the person's browser. A browser that does not start is no failure: the URL was printed.
 *
 * The arguments of a process can be read by every user of the machine, so a URL with a token is no argument of the browser: it
 * is given a file that leads there, which its owner alone can read. Disposing removes the file.
 *
 * @param open for tests; by default what the desktop opens things with.
 */
export async function openBrowser(url: string, open: Open = openOnDesktop): Promise<AsyncDisposable> {
  const file = new URL(url).search === '' ? undefined : await writeLeadingFile(url).catch(() => undefined);
  // Without the file the page asks for the token.
  await open(file?.path ?? new URL(url).origin).catch(() => undefined);
  return { [Symbol.asyncDispose]: async () => file && rm(file.folder, { recursive: true, force: true }) };
}

async function writeLeadingFile(url: string): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'acktor-dashboard-'));
  const path = join(folder, 'open.html');
  await writeFile(path, leadingPage(url), { mode: 0o600 });
  return { folder, path };
}

/** @param url of this dashboard's own making: nothing in it needs to be escaped. */
function leadingPage(url: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}"><title>Acktor</title><a href="${url}">Open the dashboard</a>
`;
}

async function openOnDesktop(target: string): Promise<void> {
  const { default: open } = await import('open');
  const browser = await open(target);
  browser.once('error', () => undefined);
}
