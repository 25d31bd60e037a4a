import { expect } from 'chai';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { Dashboard, dashboardHandler, OpenDashboardError, TrustMachineError } from '@acktor/dashboard';
import { openTrial, tokens, type DashboardTrial } from './dashboard-trial.js';
import { clientAddress, type ErrorView, type SessionView } from './dashboard-inside.js';

const port = (trial: DashboardTrial) => new URL(trial.url).port;

/**
 * Sends a request with headers that fetch does not allow; with a session's token it is one that changes something. Resolves with the
 * error's code, or the status.
 */
async function knock(trial: DashboardTrial, path: string, headers: Record<string, string>): Promise<string | number> {
  const method = 'x-acktor-csrf' in headers ? 'POST' : 'GET';
  const sent = request(new URL(path, trial.url), { method, headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) return ((await json(response)) as ErrorView).error.code;
  response.destroy();
  return 200;
}

describe('where a request to the dashboard comes from', () => {
  let trial: DashboardTrial;

  before('serves a dashboard to this machine', async () => {
    trial = await openTrial();
  });

  after('ends it', async () => {
    await trial[Symbol.asyncDispose]();
  });

  for (const path of ['api/session', 'api/live', 'api/queues/payments/jobs/o-1/payload']) {
    it(`refuses ${path} to a page of another origin`, async () => {
      expect(await knock(trial, path, { origin: 'https://evil.example' })).to.equal('ACKTOR_CROSS_ORIGIN');
      expect(await knock(trial, path, { origin: 'null' })).to.equal('ACKTOR_CROSS_ORIGIN');
      expect(await knock(trial, path, { 'sec-fetch-site': 'cross-site' })).to.equal('ACKTOR_CROSS_ORIGIN');
      expect(await knock(trial, path, { 'sec-fetch-site': 'same-site' })).to.equal('ACKTOR_CROSS_ORIGIN');
    });
  }

  it('refuses a change by a page of another origin, even with the right token in its header', async () => {
    const { csrf } = (await (await trial.ask('api/session')).json()) as SessionView;
    const evil = { origin: 'https://evil.example', 'x-acktor-csrf': csrf };
    expect(await knock(trial, 'api/queues/payments/pause', evil)).to.equal('ACKTOR_CROSS_ORIGIN');
    const own = { origin: `http://127.0.0.1:${port(trial)}`, 'x-acktor-csrf': csrf };
    expect(await knock(trial, 'api/queues/payments/pause', own)).to.equal(200);
  });

  it('lets a page of its own pass, and a program that is no browser', async () => {
    expect(await knock(trial, 'api/live', { origin: `http://127.0.0.1:${port(trial)}` })).to.equal(200);
    expect(await knock(trial, 'api/session', { 'sec-fetch-site': 'same-origin' })).to.equal(200);
    expect(await knock(trial, 'api/session', {})).to.equal(200);
  });

  it('lets a page of an allowed origin pass', async () => {
    await using proxied = await openTrial({ options: { origins: ['https://ops.example.com'] } });
    expect(await knock(proxied, 'api/session', { origin: 'https://ops.example.com' })).to.equal(200);
    expect(await knock(proxied, 'api/session', { origin: 'https://evil.example' })).to.equal('ACKTOR_CROSS_ORIGIN');
  });

  for (const host of [
    'evil.example',
    'evil.example:3900',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '10.0.0.1',
    '[::2]',
  ]) {
    it(`refuses the host ${host}, which may have been made to mean this machine`, async () => {
      expect(await knock(trial, 'api/session', { host })).to.equal('ACKTOR_BAD_HOST');
      expect(await knock(trial, '', { host })).to.equal('ACKTOR_BAD_HOST');
    });
  }

  for (const host of ['localhost', 'localhost:8080', '127.0.0.1:3900', '[::1]:3900', 'acktor.localhost']) {
    it(`takes the host ${host}`, async () => {
      expect(await knock(trial, 'api/session', { host })).to.equal(200);
    });
  }

  it('refuses what came through a proxy, for then it may come from anywhere', async () => {
    expect(await knock(trial, 'api/session', { 'x-forwarded-for': '203.0.113.9' })).to.equal('ACKTOR_BAD_HOST');
    expect(await knock(trial, 'api/session', { forwarded: 'for=203.0.113.9' })).to.equal('ACKTOR_BAD_HOST');
    for (const header of ['x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip', 'via', 'x-forwarded-proto'])
      expect(await knock(trial, 'api/session', { [header]: '203.0.113.9' }), header).to.equal('ACKTOR_BAD_HOST');
  });

  it('takes any host and any proxy where people show tokens', async () => {
    await using guarded = await openTrial({ trust: { kind: 'tokens', tokens } });
    const headers = { host: 'ops.example.com', 'x-forwarded-for': '203.0.113.9' };
    expect(await knock(guarded, 'api/session', headers)).to.equal('ACKTOR_NOT_SIGNED_IN');
  });

  it('reveals nothing to other sites', async () => {
    const { headers } = await trial.ask('api/session', { headers: { origin: new URL(trial.url).origin } });
    const names = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
    expect(names).to.be.empty;
    expect(headers.get('content-security-policy'))
      .to.include("default-src 'self'")
      .and.include("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).to.not.include('unsafe');
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('referrer-policy')).to.equal('no-referrer');
  });
});

describe('the address that wrong tokens are counted by', () => {
  const of = (remoteAddress: string, forwarded: string | undefined, trustProxy: number) =>
    clientAddress({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }, trustProxy);

  it('is that of the connection, whatever the headers say, while no proxy is trusted', () => {
    expect(of('10.0.0.1', '203.0.113.9', 0)).to.equal('10.0.0.1');
    expect(of('::ffff:10.0.0.1', undefined, 0)).to.equal('10.0.0.1');
  });

  it('is what the outermost of the trusted proxies has written', () => {
    expect(of('10.0.0.1', 'forged, 203.0.113.9', 1)).to.equal('203.0.113.9');
    expect(of('10.0.0.1', 'forged, 203.0.113.9, 10.0.0.2', 2)).to.equal('203.0.113.9');
    expect(of('10.0.0.1', 'no address', 1)).to.equal('10.0.0.1');
    expect(of('10.0.0.1', undefined, 1)).to.equal('10.0.0.1');
  });

  it('is the first half of an IPv6 address: a client usually has all of the other half', () => {
    expect(of('2001:db8:1:2:aaaa::1', undefined, 0)).to.equal(of('2001:0db8:0001:2:bbbb::2', undefined, 0));
    expect(of('2001:db8:1:3::1', undefined, 0)).to.not.equal(of('2001:db8:1:2::1', undefined, 0));
  });
});

describe('a dashboard that all could reach', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'ops.example.com'])
    it(`does not start on ${host} without saying who may come in`, async () => {
      const error = await Dashboard.start({ host, port: 0, redis: 'redis://127.0.0.1:1' }).catch(
        (caught: unknown) => caught,
      );
      expect(error).to.be.instanceOf(OpenDashboardError).with.property('message').that.includes('tokens: {');
    });

  it('trusts its machine on a loopback address alone, and beside nothing else', async () => {
    const redis = 'redis://127.0.0.1:1';
    const authorize = () => 'viewer' as const;
    for (const [options, beside] of [
      [{ host: '0.0.0.0' }, 'host 0.0.0.0'],
      [{ tokens }, 'tokens'],
      [{ authorize }, 'authorize'],
    ] as const) {
      const error = await Dashboard.start({ ...options, redis, port: 0, trustMachine: true }).catch(
        (caught: unknown) => caught,
      );
      expect(error).to.be.instanceOf(TrustMachineError).with.property('beside', beside);
    }
  });

  it('throws without an option that says who may come in', () => {
    expect(() => dashboardHandler({})).to.throw(OpenDashboardError);
    expect(() => dashboardHandler({ tokens: {} })).to.throw(OpenDashboardError);
    expect(() => dashboardHandler({ tokens: { viewer: 'short' } })).to.throw('16 characters');
  });
});
