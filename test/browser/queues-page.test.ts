import { FleetTrial } from '../fleet/fleet-trial.js';
import { note } from '../jobs/notes.js';
import { dashboardOn } from './dashboard-on.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';

describeInBrowser('the page of the queues', () => {
  let open: FleetTrial;
  beforeEach(async () => {
    open = await FleetTrial.open();
    await open.trial.producer.send(note, { text: 'waits' });
  });
  afterEach(() => open[Symbol.asyncDispose]());

  it('pauses a queue and lets it go on', async () => {
    await using dashboard = await dashboardOn(open.trial);
    await using tab = await OpenedPage.open(dashboard.url);
    await tab.goTo('queues');
    await tab.button('Pause notes').click();
    await tab.sees('1 waiting job stay');
    await tab.button('Pause').last().click();
    await tab.sees('notes is paused.');
    await tab.sees(tab.page.locator('.chip', { hasText: 'paused' }));
    await tab.button('Resume notes').click();
    await tab.button('Resume').last().click();
    await tab.misses(tab.page.locator('.chip', { hasText: 'paused' }));
  });

  it('says that there is no such queue, and does not ask to wait for it', async () => {
    await using dashboard = await dashboardOn(open.trial);
    await using tab = await OpenedPage.open(dashboard.url, { expected: /404/ });
    await tab.goTo('queues/nodes');
    await tab.sees('Not there');
    await tab.sees(/there is no queue nodes/);
  });

  it('plots a queue’s history', async () => {
    await using dashboard = await dashboardOn(open.trial);
    await using tab = await OpenedPage.open(dashboard.url);
    await tab.goTo('queues/notes');
    await tab.sees(tab.page.getByRole('img', { name: /^Waiting jobs over/ }));
  });
});
