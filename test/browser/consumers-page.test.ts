import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';
import { watchedFleet } from './watched-fleet.js';

describeInBrowser('the page of the consumers', () => {
  const watched = watchedFleet();

  it('shows one consumer in full when its lane is clicked', async () => {
    await watched.open.child('waits', { consumers: 1 });
    const receipt = await watched.open.trial.producer.send(note, { text: 'held' });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('consumers');
    await tab.page.locator('.lanes-canvas').click({ position: { x: 300, y: 10 } });
    const panel = tab.page.getByRole('region', { name: 'Consumer', exact: true });
    await tab.sees(panel.getByText(receipt.id));
    await tab.sees(panel.getByText('Event loop'));
    await tab.sees(panel.getByRole('img', { name: /^processing, here now/ }));
    expect(tab.page.url()).to.contain('consumer=');
  });

  it('can be walked with the keyboard', async () => {
    await watched.open.child('measures', { consumers: 3 });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('consumers');
    await tab.page.getByRole('listbox', { name: 'Consumers' }).focus();
    await tab.page.keyboard.press('ArrowDown');
    await tab.page.keyboard.press('ArrowDown');
    await tab.page.keyboard.press('Enter');
    const panel = tab.page.getByRole('region', { name: 'Consumer', exact: true });
    await tab.sees(panel.getByText('nothing'));
    await tab.page.locator('.consumer-panel:focus').waitFor({ state: 'attached' });
    await tab.page.keyboard.press('Escape');
    await tab.misses(panel);
    await tab.page.locator('.lane-list:focus').waitFor({ state: 'attached' });
  });

  it('joins the lanes of more than two hundred consumers, process by process', async () => {
    await Promise.all([1, 2].map(() => watched.open.child('measures', { consumers: 120 })));
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('consumers');
    await tab.hasMoreThan(1, tab.page.getByRole('option'));
    await tab.hasAtMost(2, tab.page.getByRole('option'));
    await tab.page.locator('.lanes-canvas').click({ position: { x: 300, y: 10 } });
    await tab.hasMoreThan(20, tab.page.getByRole('option'));
  });
});
