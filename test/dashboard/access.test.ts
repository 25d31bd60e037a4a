import { expect } from 'chai';
import { post, openTrial, signIn, tokens, type DashboardTrial } from './dashboard-trial.js';
import type { ErrorView, Route, SessionView } from './dashboard-inside.js';

type Visitor = 'anonymous' | 'viewer' | 'operator';

// Written once more by hand: a route that needs less than this table says fails the test, and so does one that is not in it.
const needed: Readonly<Record<string, Visitor>> = {
  'GET /api/session': 'viewer',
  'POST /api/session': 'anonymous',
  'DELETE /api/session': 'viewer',
  'GET /api/live': 'viewer',
  'GET /api/queues/:queue/history': 'viewer',
  'POST /api/queues/:queue/pause': 'operator',
  'POST /api/queues/:queue/resume': 'operator',
  'GET /api/queues/:queue/jobs': 'viewer',
  'GET /api/jobs': 'viewer',
  'GET /api/queues/:queue/jobs/:id': 'viewer',
  'GET /api/queues/:queue/jobs/:id/payload': 'viewer',
  'POST /api/queues/:queue/jobs/:id/cancel': 'operator',
  'POST /api/queues/:queue/jobs/:id/retry': 'operator',
  'GET /api/dead-letters': 'viewer',
  'GET /api/queues/:queue/dead-letters': 'viewer',
  'POST /api/queues/:queue/dead-letters/preview': 'operator',
  'POST /api/queues/:queue/dead-letters/redrive': 'operator',
  'POST /api/queues/:queue/dead-letters/purge': 'operator',
  'GET /': 'anonymous',
  'GET /*': 'anonymous',
};

const ranks: readonly Visitor[] = ['anonymous', 'viewer', 'operator'];

const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method} ${path}`;

describe('access to the dashboard', () => {
  let trial: DashboardTrial;
  let headers: Readonly<Record<Visitor, Record<string, string>>>;

  before('serves a dashboard with tokens, and signs two people in', async () => {
    trial = await openTrial({ trust: { kind: 'tokens', tokens } });
    const [viewer, operator] = await Promise.all([signIn(trial, tokens.viewer), signIn(trial, tokens.operator)]);
    headers = { anonymous: {}, viewer, operator };
  });

  after('ends it', async () => {
    await trial[Symbol.asyncDispose]();
  });

  it('has a rule for every route, and no other routes', () => {
    expect(trial.routes.map(nameOf)).to.have.members(Object.keys(needed));
  });

  for (const [name, least] of Object.entries(needed)) {
    for (const visitor of ranks) {
      const mayPass = ranks.indexOf(visitor) >= ranks.indexOf(least);
      it(`${mayPass ? 'lets' : 'does not let'} ${visitor} ${name}`, async () => {
        const status = await knock(name, visitor);
        if (mayPass) expect(status).to.not.be.oneOf([403, 500]);
        else expect(status).to.equal(visitor === 'anonymous' ? 401 : 403);
        if (mayPass && least !== 'anonymous') expect(status).to.not.equal(401);
      });
    }
  }

  for (const name of Object.keys(needed).filter(
    (route) => /^(POST|DELETE)/.test(route) && needed[route] !== 'anonymous',
  )) {
    it(`does not let an operator ${name} without the session's token`, async () => {
      const { cookie = '' } = headers.operator;
      expect(await knock(name, 'operator', { cookie })).to.equal(403);
      expect(await knock(name, 'operator', { cookie, 'x-acktor-csrf': 'another' })).to.equal(403);
    });
  }

  it("says who a person is, and tells the token for changes to the person's own page only", async () => {
    const response = await trial.ask('api/session', { headers: headers.viewer });
    const session = (await response.json()) as SessionView;
    expect(session).to.include({ role: 'viewer', namespace: 'bull', server: 'redis://invented:6379' });
    expect(session.csrf).to.equal(headers.viewer['x-acktor-csrf']).and.not.equal(headers.operator['x-acktor-csrf']);
    expect(response.headers.get('access-control-allow-origin')).to.equal(null);
    expect(response.headers.get('cache-control')).to.equal('no-store');
  });

  it('keeps payloads and results from viewers by option', async () => {
    const options = { payloadsFor: 'operator' } as const;
    await using guarded = await openTrial({ trust: { kind: 'tokens', tokens }, options });
    const viewer = await signIn(guarded, tokens.viewer);
    const operator = await signIn(guarded, tokens.operator);
    const path = 'api/queues/payments/jobs/o-1/payload';
    expect((await guarded.ask(path, { headers: viewer })).status).to.equal(403);
    expect((await guarded.ask(path, { headers: operator })).status).to.equal(404);
  });

  it('answers an unknown path with an error as JSON, and no stack', async () => {
    const response = await trial.ask('api/nothing');
    expect(response.status).to.equal(404);
    expect(((await response.json()) as ErrorView).error.code).to.equal('ACKTOR_NOT_FOUND');
  });

  async function knock(name: string, visitor: Visitor, own = headers[visitor]): Promise<number> {
    const [method = '', path = ''] = name.split(' ');
    const filled = path.replace(':queue', 'payments').replace(':id', 'o-1').replace('*', 'nothing').slice(1);
    const body = { which: 'all', token: 'none-of-the-tokens' };
    const init = method === 'GET' ? { headers: own } : { ...post(body, own), method };
    const controller = new AbortController();
    const { status } = await trial.ask(filled, { ...init, signal: controller.signal });
    // The stream never ends by itself.
    if (name === 'GET /api/live') controller.abort();
    if (name === 'POST /api/session') return status === 401 ? 200 : status;
    return status;
  }
});
