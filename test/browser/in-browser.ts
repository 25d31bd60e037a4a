// One browser for all tests of a run that need one.
import { openChromium } from '@acktor/bench/browser';
import type { Browser } from 'playwright-core';

let opening: Promise<Browser | undefined> | undefined;

/** A suite that needs a browser. Without one it is skipped, and says so; in CI that is a failure. */
export function describeInBrowser(title: string, suite: () => void): void {
  describe(title, function () {
    this.timeout(60_000);
    before('starts a browser', async function () {
      this.timeout(300_000);
      opening ??= open();
      if ((await opening) === undefined) this.skip();
    });
    suite();
  });
}

/** Only for the tests of such a suite. */
export async function browser(): Promise<Browser> {
  const opened = await opening;
  if (opened === undefined) throw new Error('the browser of the run starts with the first suite that is in it');
  return opened;
}

after('ends that browser', async () => {
  const opened = await opening?.catch(() => undefined);
  await opened?.close();
});

async function open(): Promise<Browser | undefined> {
  const opened = await openChromium();
  if (opened === undefined)
    process.stderr.write('\n  SKIPPED: no Chromium on the PATH, so nothing of the dashboard’s page is tested.\n');
  return opened;
}
