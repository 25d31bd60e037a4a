// Pictures for the documentation, drawn on demand: `npm run screenshots`.
import type { Dashboard } from '@acktor/dashboard';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerTrial } from '../worker/worker-trial.js';
import { dashboardOn } from './dashboard-on.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';
import { openShop, type Shop } from './shop/shop.js';

const folder = process.env['ACKTOR_SCREENSHOTS'];
/** The lanes show a minute: before that they are half empty. */
const minuteMs = 62_000;

if (folder !== undefined)
  describeInBrowser('the pictures of the dashboard', () => {
    let trial: WorkerTrial;
    let dashboard: Dashboard;
    let shop: Shop;
    before(async () => {
      await mkdir(folder, { recursive: true });
      trial = await WorkerTrial.open();
      dashboard = await dashboardOn(trial);
      shop = await openShop({ redis: trial.url, namespace: trial.namespace }, 4);
    });
    after(async () => {
      await dashboard.close();
      await shop[Symbol.asyncDispose]();
      await trial[Symbol.asyncDispose]();
    });

    it('draws every page in both schemes', async function () {
      this.timeout(240_000);
      await Promise.all([drawAll(dashboard.url, 'light', folder), drawAll(dashboard.url, 'dark', folder)]);
    });
  });

async function drawAll(url: string, scheme: 'light' | 'dark', folder: string): Promise<void> {
  await using tab = await OpenedPage.open(url, { scheme, height: 1_000 });
  const { page } = tab;
  const draw = (name: string) => page.screenshot({ path: join(folder, `${name}-${scheme}.png`) });
  await tab.goTo('fleet');
  await sleep(minuteMs);
  await draw('fleet');
  // From here on by links: a page that is loaded again would need another minute.
  await page.getByRole('link', { name: 'Consumers', exact: true }).click();
  await page.locator('.lanes-canvas').click({ position: { x: 400, y: 100 } });
  await tab.sees('Last states');
  await draw('consumers');
  await page.getByRole('link', { name: 'Queues', exact: true }).click();
  await page.getByRole('link', { name: 'mail', exact: true }).click();
  await tab.sees(page.locator('.plot').first());
  await draw('queues');
  await page.getByRole('link', { name: 'Dead letters', exact: true }).click();
  await page
    .getByRole('link', { name: /SMTP 550/ })
    .first()
    .click();
  // The letters are read after their group.
  const firstLetter = page.locator('th a.identity').first();
  await tab.sees(firstLetter);
  await draw('dead-letters');
  await firstLetter.click();
  await tab.sees(page.getByRole('heading', { name: /^Delivery \d/ }));
  await page.mouse.move(0, 0);
  await draw('job');
}
