import { expect } from 'chai';
import { FleetTrial } from '../fleet/fleet-trial.js';
import { note } from '../jobs/notes.js';
import { dashboardOn } from './dashboard-on.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';

const tokens = { viewer: 'viewer-token-0123', operator: 'operator-token-0123' };

describeInBrowser('a session on the page', () => {
  let open: FleetTrial;
  beforeEach(async () => {
    open = await FleetTrial.open();
    await open.trial.producer.send(note, { text: 'waits' });
  });
  afterEach(() => open[Symbol.asyncDispose]());

  it('asks for the token, and shows a viewer nothing to press that changes anything', async () => {
    await using dashboard = await dashboardOn(open.trial, { tokens });
    await using tab = await OpenedPage.open(dashboard.url, { expected: /401/ });
    await tab.page.goto(`${dashboard.url}#/queues`);
    await tab.page.getByLabel('Token').fill('wrong-token-012345');
    await tab.button('Open').click();
    await tab.sees(tab.page.getByRole('alert'));
    await tab.page.getByLabel('Token').fill(tokens.viewer);
    await tab.button('Open').click();
    await tab.sees(tab.page.getByRole('link', { name: 'notes' }));
    expect(await tab.button(/Pause/).count()).to.equal(0);
    await tab.sees('viewer');
  });

  it('lets an operator in who has the token', async () => {
    await using dashboard = await dashboardOn(open.trial, { tokens });
    await using tab = await OpenedPage.open(`${dashboard.url}`);
    await tab.page.goto(`${dashboard.url}?token=${tokens.operator}`);
    await tab.goTo('queues');
    await tab.sees(tab.button('Pause notes'));
  });

  it('lets a person in who has the printed link, where no tokens were set', async () => {
    await using dashboard = await dashboardOn(open.trial, { trustMachine: false });
    await using tab = await OpenedPage.open(dashboard.url, { expected: /401/ });
    await tab.page.goto(dashboard.url);
    await tab.sees(tab.page.getByLabel('Token'));
    await tab.page.goto(dashboard.signInUrl);
    await tab.sees(tab.page.locator('.link-live'));
    expect(tab.page.url()).to.not.include('token');
  });

  it('takes the whole link in place of the token', async () => {
    await using dashboard = await dashboardOn(open.trial, { trustMachine: false });
    await using tab = await OpenedPage.open(dashboard.url, { expected: /401/ });
    await tab.page.goto(dashboard.url);
    await tab.page.getByLabel('Token').fill(dashboard.signInUrl);
    await tab.button('Open').click();
    await tab.sees(tab.page.locator('.link-live'));
  });

  it('says that a link holds a wrong token, once, and asks for another', async () => {
    await using dashboard = await dashboardOn(open.trial, { tokens });
    await using tab = await OpenedPage.open(dashboard.url, { expected: /401/ });
    await tab.page.goto(`${dashboard.url}?token=of-yesterday#/queues`);
    await tab.sees(tab.page.getByRole('heading', { name: 'This link does not open the dashboard' }));
    expect(tab.page.url()).to.equal(`${dashboard.url}#/queues`);
    await tab.page.getByLabel('Token').fill(tokens.viewer);
    await tab.button('Open').click();
    await tab.sees(tab.page.getByRole('link', { name: 'notes' }));
  });

  it('is not asked for a token where the application says who may come in', async () => {
    await using dashboard = await dashboardOn(open.trial, { authorize: () => undefined });
    await using tab = await OpenedPage.open(dashboard.url, { expected: /401/ });
    await tab.page.goto(dashboard.url);
    await tab.sees(tab.page.getByRole('heading', { name: 'Not signed in' }));
    expect(await tab.page.getByLabel('Token').count()).to.equal(0);
  });

  it('shows a page to a person who opens an unknown address', async () => {
    await using dashboard = await dashboardOn(open.trial);
    await using tab = await OpenedPage.open(dashboard.url, { expected: /404/ });
    await tab.page.goto(`${dashboard.url}nowhere`);
    await tab.sees(tab.page.getByRole('heading', { name: 'Not there' }));
  });

  it('ends when the person signs out, and asks for the token again', async () => {
    await using dashboard = await dashboardOn(open.trial, { tokens });
    await using tab = await OpenedPage.open(dashboard.url, { expected: /401/ });
    await tab.page.goto(`${dashboard.url}?token=${tokens.viewer}`);
    await tab.button('Sign out').click();
    await tab.sees(tab.page.getByLabel('Token'));
    await tab.page.reload();
    await tab.sees(tab.page.getByLabel('Token'));
  });

  it('has no sign-out where nobody signs in', async () => {
    await using dashboard = await dashboardOn(open.trial);
    await using tab = await OpenedPage.open(dashboard.url);
    await tab.goTo('queues');
    expect(await tab.button('Sign out').count()).to.equal(0);
  });
});
