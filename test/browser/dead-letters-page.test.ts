import type { Dashboard } from '@acktor/dashboard';
import { expect } from 'chai';
import { FleetTrial } from '../fleet/fleet-trial.js';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { dashboardOn } from './dashboard-on.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';

const reason = 'gateway <b onclick="alert(1)">down</b>';

describeInBrowser('the page of the dead letters', () => {
  let open: FleetTrial;
  let dashboard: Dashboard;
  let isMended: boolean;
  beforeEach(async () => {
    open = await FleetTrial.open();
    dashboard = await dashboardOn(open.trial);
    isMended = false;
    await open.trial.work([
      handlerOf(note, () => {
        if (!isMended) throw new Error(reason);
        return { length: 1 };
      }),
    ]);
  });
  afterEach(async () => {
    await dashboard.close();
    await open[Symbol.asyncDispose]();
  });

  async function die(count: number): Promise<readonly string[]> {
    const receipts = await Promise.all(
      Array.from({ length: count }, () => open.trial.producer.send(note, { text: 'x' })),
    );
    await Promise.allSettled(receipts.map((receipt) => receipt.result()));
    return receipts.map(({ id }) => id);
  }

  it('redrives those of a reason, after it has shown how many', async () => {
    await die(3);
    await using tab = await OpenedPage.open(dashboard.url);
    await tab.goTo('dead-letters');
    await tab.sees(tab.page.getByRole('link', { name: reason }));
    isMended = true;
    await tab.button(/^Redrive of notes/).click();
    await tab.sees(tab.page.getByRole('alertdialog').getByText('3 dead letters'));
    await tab.button('Redrive 3').click();
    await tab.sees('Redrove 3 dead letters of notes.');
    await tab.sees('There are no dead letters.');
  });

  it('counts what is new since it was last seen in this browser, and the same everywhere', async () => {
    await die(2);
    await using tab = await OpenedPage.open(dashboard.url);
    await tab.goTo('fleet');
    const verdict = tab.page.getByLabel('Is anything wrong?');
    const panel = tab.page.getByRole('region', { name: 'Dead letters', exact: true });
    await tab.sees(verdict.getByText('2 new dead letters'));
    await tab.sees(panel.getByText('1 reason · 2 new since you looked'));
    await tab.goTo('dead-letters');
    await tab.sees(tab.page.getByText('2 new', { exact: true }));
    await tab.sees(verdict.getByText('All well'));
    await tab.goTo('fleet');
    await tab.sees(verdict.getByText('All well'));
    await tab.sees(panel.getByText('1 reason', { exact: true }));
    expect(await panel.locator('.alarming').count()).to.equal(0);
    await die(1);
    await tab.sees(verdict.getByText('1 new dead letter', { exact: false }));
    await tab.sees(panel.getByText('1 reason · 1 new since you looked'));
    await using other = await OpenedPage.open(dashboard.url);
    await other.goTo('fleet');
    await other.sees('3 new dead letters');
  });

  it('redrives one of them', async () => {
    const [first = ''] = await die(2);
    await using tab = await OpenedPage.open(dashboard.url);
    await tab.goTo(`dead-letters?queue=notes&reason=${encodeURIComponent(reason)}`);
    isMended = true;
    await tab.button(`Redrive ${first}`).click();
    await tab.button('Redrive 1').click();
    await tab.sees('Redrove 1 dead letter of notes.');
    await tab.misses(tab.page.getByRole('link', { name: first }));
  });

  it('purges only after the queue was typed', async () => {
    await die(2);
    await using tab = await OpenedPage.open(dashboard.url);
    await tab.goTo('dead-letters?queue=notes');
    await tab.button('Purge all of notes').click();
    await tab.sees('are deleted with their history, for good');
    const purge = tab.button('Purge 2');
    expect(await purge.isDisabled()).to.equal(true);
    await tab.page.getByRole('alertdialog').getByRole('textbox').fill('notes');
    await purge.click();
    await tab.sees('Purged 2 dead letters of notes.');
  });
});
