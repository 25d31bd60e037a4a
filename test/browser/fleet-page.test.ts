import { expect } from 'chai';
import { createActor, createMachine } from 'xstate';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { dashboardOn } from './dashboard-on.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';
import { watchedFleet } from './watched-fleet.js';

describeInBrowser('the page of the fleet', () => {
  const watched = watchedFleet();

  it('says what to do while no worker runs', async () => {
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.sees('No worker process is running');
    await tab.sees(tab.state('idle', 0));
  });

  it('shows what a state means under the pointer', async () => {
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.sees('Point at a state');
    await tab.state('processing', 0).focus();
    await tab.sees('A handler runs: of the delivery it holds, or of one that is over.');
  });

  it('lists who has been in a state longest, each a link', async () => {
    await watched.open.child('waits', { consumers: 7 });
    await watched.open.trial.producer.send(note, { text: 'one' });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.sees(tab.state('processing', 1));
    await tab.state('idle', 6).hover();
    await tab.hasMoreThan(4, tab.page.getByLabel('Longest in idle').getByRole('link'));
    await tab.hasAtMost(5, tab.page.getByLabel('Longest in idle').getByRole('link'));
    await tab.state('processing', 1).hover();
    await tab.page.getByLabel('Longest in processing').getByRole('link').click();
    await tab.sees('Last states');
  });

  it('explains the words of a panel', async () => {
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.button('What the words of the chart mean').click();
    await tab.sees('the median time in the state before it was left');
  });

  it('says whether all is well', async () => {
    const child = await watched.open.child('neverEnds', { consumers: 2 });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.sees('All well');
    await watched.open.trial.producer.send(note, { text: 'one' });
    await tab.sees(tab.state('processing', 1));
    child.signal('SIGSTOP');
    await tab.sees(/data of 1 process is \d+ s old/);
    child.signal('SIGKILL');
    await tab.sees(/1 process died \d+ s ago: 1 job given back/);
    await tab.sees(tab.page.getByLabel('Lately').getByText('died, held 1 job: given back'));
  });

  it('says that no consumer is in a state', async () => {
    await watched.open.child('waits', { consumers: 1 });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet?state=rejecting');
    await tab.sees('No consumer is like that now.');
  });

  it('moves consumers along the chart while jobs run', async () => {
    const child = await watched.open.child('waits', { consumers: 3 });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.sees(tab.state('idle', 3));
    await watched.open.trial.producer.send(note, { text: 'one' });
    await tab.sees(tab.state('processing', 1));
    await tab.sees(tab.state('idle', 2));
    child.order('finish');
    await tab.sees(tab.state('idle', 3));
  });

  it('opens the inner states, and keeps that in the address', async () => {
    await watched.open.child('measures', { consumers: 2 });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.button('Open inner states').click();
    await tab.sees(tab.state('handling', 0));
    expect(tab.page.url()).to.contain('open=yes');
  });

  it('shows the consumers of a killed worker as lost, and its job elsewhere', async () => {
    const dying = await watched.open.child('neverEnds', { consumers: 2 });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    const receipt = await watched.open.trial.producer.send(note, { text: 'survives' });
    await tab.sees(tab.state('processing', 1));
    const heir = await watched.open.child('waits', { consumers: 1 });
    await tab.sees(tab.page.getByText('2 processes'));
    dying.signal('SIGKILL');
    await tab.sees(tab.button(/^lost, 1 consumer in processing: its process died \d+ s ago/));
    await tab.sees(tab.button(/^lost, 1 consumer in idle/));
    expect(await heir.hears('handling')).to.include({ id: receipt.id, redelivered: true });
    await tab.sees(tab.state('processing', 1));
    await tab.misses(tab.button(/^lost/).first());
  });

  it('filters the lanes by the state that is clicked', async () => {
    await watched.open.child('waits', { consumers: 3 });
    await watched.open.trial.producer.send(note, { text: 'one' });
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet');
    await tab.state('processing', 1).click();
    await tab.sees('state: processing');
    await tab.hasAtMost(1, tab.page.getByRole('option'));
    expect(await tab.page.getByRole('option').textContent()).to.contain('processing.handling');
  });

  for (const [scheme, idle] of [
    ['light', [0x98, 0xa2, 0xb0]],
    ['dark', [0x5b, 0x66, 0x75]],
  ] as const)
    it(`paints the lanes in the colours of the scheme: ${scheme}`, async () => {
      await watched.open.child('waits', { consumers: 3 });
      await using tab = await OpenedPage.open(watched.dashboard.url, { scheme });
      await tab.goTo('fleet');
      await tab.page.waitForFunction(`(() => {
        const canvas = document.querySelector('.lanes-canvas');
        if (canvas === null || canvas.width === 0) return false;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const idle = ${JSON.stringify(idle)};
        for (let at = 0; at < data.length; at += 4) if (idle.every((part, i) => data[at + i] === part)) return true;
        return false;
      })()`);
    });

  it('draws any machine that a worker knows', async () => {
    const light = createMachine({
      id: 'traffic-light',
      initial: 'red',
      states: { red: { on: { go: 'green' } }, green: { on: { stop: 'red' } } },
    });
    const worker = await watched.open.trial.work([handlerOf(note, () => ({ length: 0 }))], { machines: [light] });
    const actor = createActor(light, { inspect: worker.inspect }).start();
    await using tab = await OpenedPage.open(watched.dashboard.url);
    await tab.goTo('fleet?machine=traffic-light');
    await tab.sees(tab.page.getByRole('heading', { name: 'Machine traffic-light' }));
    await tab.sees(tab.button(/^green/));
    actor.stop();
  });

  it('says when the server is gone, and continues when it is back', async () => {
    await watched.open.child('measures', { consumers: 1 });
    await using tab = await OpenedPage.open(watched.dashboard.url, { expected: /ERR_|Failed to load/ });
    await tab.goTo('fleet');
    const { port } = new URL(watched.dashboard.url);
    await watched.dashboard.close();
    await tab.sees('Disconnected from the dashboard');
    watched.dashboard = await dashboardOn(watched.open.trial, { port: Number(port) });
    await tab.misses(tab.page.getByText('Disconnected from the dashboard'));
    await tab.sees(tab.state('idle', 1));
  });
});
