// Opens the page, where there is a desktop to open it on.

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

/** Opens a URL in the person's browser. A browser that does not start is no failure: the URL was printed. */
export async function openBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import('open');
    const browser = await open(url);
    browser.once('error', () => undefined);
  } catch {
    // There was none to start.
  }
}
