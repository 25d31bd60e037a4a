import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';
import { watchedFleet } from './watched-fleet.js';

const payload = '<img src=x onerror="alert(1)">';

describeInBrowser('the page of a job', () => {
  const watched = watchedFleet();

  it('finds a job by its id, and shows its payload only when asked to', async () => {
    await watched.open.trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))]);
    const receipt = await watched.open.trial.producer.send(note, { text: payload });
    await receipt.result();
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('jobs');
    await tab.page.getByRole('searchbox').fill(receipt.id);
    await tab.button('Find').click();
    await tab.page.getByRole('link', { name: receipt.id }).click();
    await tab.sees(tab.page.getByRole('definition').filter({ hasText: 'acked' }));
    await tab.sees(tab.page.getByRole('region', { name: /^The way of delivery 1: processing.*, acking/ }));
    await tab.sees(tab.page.getByText(`"length": ${payload.length}`));
    expect(await tab.page.getByText(payload).count()).to.equal(0);
    await tab.button('Show payload').click();
    await tab.sees(tab.page.locator('pre', { hasText: 'onerror' }));
  });

  it('shows the path of each delivery, and what a handler wrote as text', async () => {
    await watched.open.trial.work([
      handlerOf(note, async ({ log }) => {
        await log(payload);
        throw new Error(payload);
      }),
    ]);
    const receipt = await watched.open.trial.producer.send(note, { text: payload });
    await receipt.result().catch(() => undefined);
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo(`jobs/notes/${receipt.id}`);
    await tab.sees(tab.page.getByRole('heading', { name: 'Delivery 3 of 3' }));
    await tab.button('Delivery 1').click();
    await tab.sees(tab.page.getByRole('region', { name: /^The way of delivery 1: .*processing/ }));
    await tab.sees(tab.page.getByRole('region', { name: 'Log' }).getByText(payload).first());
    await tab.sees(tab.page.getByRole('region', { name: 'Error' }).getByText(payload).first());
    expect(await tab.page.locator('img').count()).to.equal(0);
  });

  it('cancels the job that a handler works on', async () => {
    await watched.open.trial.work([
      handlerOf(
        note,
        ({ signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ),
    ]);
    const receipt = await watched.open.trial.producer.send(note, { text: 'long' });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo(`jobs/notes/${receipt.id}`);
    await tab.button('Cancel …').click();
    await tab.sees('It touches one job');
    await tab.button('Cancel 1 job').click();
    await tab.sees(tab.page.getByText(`Cancelling ${receipt.id}`));
    await tab.sees(tab.page.getByRole('definition').filter({ hasText: 'dead-lettered' }));
  });
});
