import { expect } from 'chai';
import { away, openTrial, post, log, type DashboardTrial } from './dashboard-trial.js';
import type { ErrorView, SessionView } from './dashboard-inside.js';

describe('the limits of a request to the dashboard', () => {
  let trial: DashboardTrial;
  let headers: Record<string, string>;

  before('serves a dashboard', async () => {
    trial = await openTrial();
    const { csrf } = (await (await trial.ask('api/session')).json()) as SessionView;
    headers = { 'x-acktor-csrf': csrf };
  });

  after('ends it', async () => {
    await trial[Symbol.asyncDispose]();
  });

  const purge = 'api/queues/payments/dead-letters/purge';

  async function refusal(path: string, init?: RequestInit): Promise<string> {
    const response = await trial.ask(path, init);
    return `${response.status} ${((await response.json()) as ErrorView).error.code}`;
  }

  it('reads at most 64 KiB of a body', async () => {
    const body = { which: 'reason', reason: 'x'.repeat(70_000) };
    expect(await refusal(purge, post(body, headers))).to.equal('413 ACKTOR_TOO_LARGE');
  });

  it('reads JSON alone: a form of another site can send other types without asking', async () => {
    const form = { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: '{"which":"all"}' };
    expect(await refusal(purge, form)).to.equal('400 ACKTOR_BAD_REQUEST');
    const broken = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{"which"' };
    expect(await refusal(purge, broken)).to.equal('400 ACKTOR_BAD_REQUEST');
  });

  for (const body of [
    {},
    [],
    'all',
    null,
    { which: 'one' },
    { which: 'reason', reason: 1 },
    { which: 'all', untilMs: 'x' },
  ])
    it(`does not take ${JSON.stringify(body)} for a choice of dead letters`, async () => {
      expect(await refusal(purge, post(body, headers))).to.equal('400 ACKTOR_BAD_REQUEST');
    });

  it('refuses names of queues that cannot be, and ids that are too long', async () => {
    expect(await refusal('api/queues/a%3Ab/jobs')).to.equal('400 ACKTOR_BAD_NAME');
    expect(await refusal('api/queues/a%0Ab/history')).to.equal('400 ACKTOR_BAD_NAME');
    expect(await refusal('api/queues/a%2F..%2Fb/history')).to.equal('404 ACKTOR_NO_SUCH_QUEUE');
    expect(await refusal(`api/queues/payments/jobs/${'x'.repeat(1_025)}`)).to.equal('400 ACKTOR_BAD_REQUEST');
    expect(await refusal('api/queues/%zz/jobs')).to.match(/^40[04] /);
    expect(await refusal('api/jobs?id=')).to.equal('400 ACKTOR_BAD_REQUEST');
    expect(await refusal('api/queues/payments/jobs?state=eaten')).to.equal('400 ACKTOR_BAD_REQUEST');
    expect(await refusal('api/queues/payments/dead-letters?cursor=..')).to.equal('400 ACKTOR_BAD_REQUEST');
  });

  for (const path of ['jobs', 'history', 'dead-letters'])
    it(`says of a queue that nobody ever used that there is none, and not that it has no ${path}`, async () => {
      expect(await refusal(`api/queues/paymets/${path}`)).to.equal('404 ACKTOR_NO_SUCH_QUEUE');
    });

  it('pauses no queue that does not exist', async () => {
    expect(await refusal('api/queues/paymets/pause', post({}, headers))).to.equal('404 ACKTOR_NO_SUCH_QUEUE');
  });

  it('says that nothing has changed when a read fails, and that a change may have been made when that fails', async () => {
    const options = { trust: { kind: 'machine' }, queues: { jobs: away, pause: away } } as const;
    await using broken = await openTrial(options);
    const { csrf } = (await (await broken.ask('api/session')).json()) as SessionView;
    const words = async (path: string, init?: RequestInit) =>
      ((await (await broken.ask(path, init)).json()) as ErrorView).error.message;
    expect(await words('api/queues/payments/jobs'))
      .to.include('nothing has changed')
      .and.not.include('may have');
    expect(await words('api/queues/payments/pause', post({}, { 'x-acktor-csrf': csrf }))).to.include(
      'may have been done',
    );
  });

  it('serves no file from outside the page', async () => {
    for (const path of ['..%2fpackage.json', '%2e%2e/package.json', 'assets/..%2f..%2fpackage.json', '.env'])
      expect((await trial.ask(path)).status).to.be.oneOf([404, 400]);
  });

  it('writes down what people changed, by whom, and no body', async () => {
    await trial.ask(purge, post({ which: 'reason', reason: 'secret-reason' }, headers));
    const [line] = log.slice(-1);
    expect(line?.facts).to.deep.equal({ method: 'POST', path: `/${purge}`, role: 'operator' });
    expect(JSON.stringify(log)).to.not.include('secret-reason');
  });
});
