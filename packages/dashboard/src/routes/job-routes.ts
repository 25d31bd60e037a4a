// Jobs: lists, one job, its payload, and what an operator can do with it.
import type { JobDetails, JobPlace } from '@acktor/core/engine';
import { permits, type Session } from '../access/session.js';
import type { DashboardContext } from '../dashboard-context.js';
import { RequestError } from '../errors.js';
import type { Answer, Call, Route } from '../http/route.js';
import type { JobPage, PayloadView, Role } from '../protocol/requests.js';
import { idOf, jobOf, knownQueueOf } from './call-parameters.js';
import { jobLine, jobView, type Redaction } from './job-view.js';

export interface JobDeps {
  readonly context: DashboardContext;
  readonly redaction: Redaction;
  /** Who may see payloads and results. */
  readonly payloadsFor: Role;
}

export function jobRoutes(deps: JobDeps): readonly Route[] {
  const path = '/api/queues/:queue/jobs/:id';
  return [
    { method: 'GET', path: '/api/queues/:queue/jobs', needs: 'viewer', handle: (call) => list(deps, call) },
    { method: 'GET', path: '/api/jobs', needs: 'viewer', handle: (call) => search(deps, call) },
    { method: 'GET', path, needs: 'viewer', handle: (call) => show(deps, call) },
    { method: 'GET', path: `${path}/payload`, needs: deps.payloadsFor, handle: (call) => showPayload(deps, call) },
    { method: 'POST', path: `${path}/cancel`, needs: 'operator', handle: (call) => cancel(deps, call) },
    { method: 'POST', path: `${path}/retry`, needs: 'operator', handle: (call) => retry(deps, call) },
  ];
}

async function list({ context }: JobDeps, call: Call): Promise<Answer> {
  const place = call.query.get('state') ?? 'waiting';
  if (!isPlace(place)) throw badPlace();
  const queue = await knownQueueOf(context, call);
  const { sources } = await context.open();
  const options = { place, cursor: call.query.get('cursor') ?? undefined };
  const { jobs, cursor } = await sources.queues.jobs(queue, options);
  return { body: { jobs: jobs.map(jobLine), cursor } satisfies JobPage };
}

async function search({ context }: JobDeps, { query }: Call): Promise<Answer> {
  const id = idOf(query.get('id'));
  const { sources } = await context.open();
  const jobs = await sources.queues.find(id);
  return { body: { jobs: jobs.map(jobLine), cursor: undefined } satisfies JobPage };
}

async function show(deps: JobDeps, call: Call): Promise<Answer> {
  const job = await find(deps, call);
  return { body: jobView(job, deps.redaction, maySeePayloads(deps, call.session)) };
}

async function showPayload(deps: JobDeps, call: Call): Promise<Answer> {
  const { payload } = await find(deps, call);
  const { redaction } = deps;
  return { body: { payload: redaction.hide('data', payload), redactedPaths: redaction.paths } satisfies PayloadView };
}

async function cancel({ context }: JobDeps, call: Call): Promise<Answer> {
  const { queue, id } = jobOf(call);
  const { sources } = await context.open();
  return { body: { outcome: await sources.queues.cancel(queue, id) } };
}

async function retry({ context }: JobDeps, call: Call): Promise<Answer> {
  const { queue, id } = jobOf(call);
  const { queues } = (await context.open()).sources;
  const isDone = (await queues.deadLetters(queue).redrive(id)) || (await queues.runNow(queue, id));
  if (!isDone)
    throw new RequestError(409, 'ACKTOR_NOT_RETRIABLE', 'the job is no dead letter and not delayed (any more)');
  return { body: { ok: true } };
}

async function find({ context }: JobDeps, call: Call): Promise<JobDetails> {
  const { queue, id } = jobOf(call);
  const { sources } = await context.open();
  const job = await sources.queues.job(queue, id);
  if (job === undefined)
    throw new RequestError(404, 'ACKTOR_NO_SUCH_JOB', `queue ${queue} knows no job ${id} (any more)`);
  return job;
}

function maySeePayloads({ payloadsFor }: JobDeps, session: Session | undefined): boolean {
  return permits(session, payloadsFor, Date.now());
}

function isPlace(text: string): text is JobPlace {
  return PLACES.some((place) => place === text);
}

const PLACES: readonly JobPlace[] = ['waiting', 'waitingForChildren', 'delayed', 'active', 'acked', 'deadLettered'];

function badPlace(): RequestError {
  return new RequestError(400, 'ACKTOR_BAD_REQUEST', `expected state to be one of ${PLACES.join(', ')}`);
}
