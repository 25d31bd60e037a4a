import type { Dashboard } from '@acktor/dashboard';
import axe from 'axe-core';
import { expect } from 'chai';
import { FleetTrial } from '../fleet/fleet-trial.js';
import { handlerOf } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { dashboardOn } from './dashboard-on.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';

describeInBrowser('the page for keyboards and screen readers', () => {
  let open: FleetTrial;
  let dashboard: Dashboard;
  let deadId: string;
  before(async () => {
    open = await FleetTrial.open();
    dashboard = await dashboardOn(open.trial);
    await open.trial.work([
      handlerOf(note, () => Promise.reject(new Error('gateway down'))),
      handlerOf(call, () => undefined),
    ]);
    const receipt = await open.trial.producer.send(note, { text: 'x' });
    await receipt.result().catch(() => undefined);
    deadId = receipt.id;
  });
  after(async () => {
    await dashboard.close();
    await open[Symbol.asyncDispose]();
  });

  const places = () => [
    'fleet',
    'fleet?open=yes',
    'consumers',
    'queues/notes',
    'jobs?queue=notes&place=deadLettered',
    `jobs/notes/${deadId}`,
    'dead-letters?queue=notes&reason=gateway%20down',
  ];

  for (const scheme of ['light', 'dark'] as const) {
    it(`has no serious hindrance on any page, ${scheme}`, async () => {
      await using tab = await OpenedPage.open(dashboard.url, { scheme, bypassesPolicy: true });
      for (const place of places()) {
        await tab.goTo(place);
        await tab.sees(tab.page.locator('.panel').first());
        await tab.hasAtMost(0, tab.page.getByText(/^Loading/));
        await tab.page.evaluate(axe.source);
        const { violations } = (await tab.page.evaluate('axe.run()')) as axe.AxeResults;
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(wordsOf), place).to.deep.equal([]);
      }
    });
  }

  for (const width of [390, 1_440, 3_840])
    it(`never scrolls sideways as a whole at ${width} pixels`, async () => {
      await using tab = await OpenedPage.open(dashboard.url, { width });
      for (const place of places()) {
        await tab.goTo(place);
        await tab.sees(tab.page.locator('.panel').first());
        expect(await tab.page.evaluate('document.documentElement.scrollWidth'), place).to.be.at.most(width);
      }
    });
});

function wordsOf({ id, nodes }: axe.Result): string {
  return `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join('\n')}`;
}
