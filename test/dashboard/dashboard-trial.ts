// A dashboard on fake sources, listening on a free port.
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { ConnectionLostError, DeadLetters } from '@acktor/core';
import type { DashboardHandlerOptions } from '@acktor/dashboard';
import {
  createHandler,
  dashboardHandlerOptions,
  type QueueSource,
  type Route,
  type SessionView,
  type Sources,
  type Trust,
} from './dashboard-inside.js';
import { ScriptedFleet } from './scripted-fleet.js';

export const tokens = { viewer: 'viewer-token-0123', operator: 'operator-token-0123' };

export interface DashboardTrial extends AsyncDisposable {
  readonly url: string;
  readonly fleet: ScriptedFleet;
  readonly routes: readonly Route[];
  /** A request below the mount. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export interface TrialOptions {
  readonly trust?: Trust;
  readonly options?: DashboardHandlerOptions;
  readonly queues?: Partial<QueueSource>;
  readonly draw?: Sources['draw'];
}

export const log: { readonly facts: object; readonly message: string }[] = [];
const write = (facts: object, message: string) => void log.push({ facts, message });
export const quietLogger = { info: write, warn: write, error: write };

/** By default every caller is an operator: this machine is trusted. */
export async function openTrial({ trust = { kind: 'machine' }, ...rest }: TrialOptions = {}): Promise<DashboardTrial> {
  const fleet = new ScriptedFleet();
  const options = dashboardHandlerOptions.check({ logger: quietLogger, ...sharedSecret(trust), ...rest.options });
  const sources: Sources = {
    server: 'redis://invented:6379',
    fleet,
    queues: { ...noQueues, ...rest.queues },
    charts: [],
    draw: rest.draw ?? (() => Promise.reject(new Error('no chart is drawn here'))),
    close: () => Promise.resolve(),
  };
  const { handler, routes } = createHandler({ options, trust, connect: () => Promise.resolve(sources) });
  const server = await serve(handler);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, server.url), { redirect: 'manual', ...init });
  const close = async () => {
    await handler.close();
    await server[Symbol.asyncDispose]();
  };
  return { url: server.url, fleet, routes, ask, [Symbol.asyncDispose]: close };
}

/** Without a secret each dashboard derives its key by scrypt, which takes a core about a second. */
function sharedSecret({ kind }: Trust): DashboardHandlerOptions {
  return kind === 'tokens' ? { secret: 'a secret that is long enough for a seal' } : {};
}

/** What a person gets who opens an address in a browser: fetch sends other headers. */
export async function openAddress(url: string | URL, headers: Record<string, string> = {}): Promise<OpenedAddress> {
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };
  const sent = request(url, { headers: { ...browser, ...headers } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, text: await readText(response) };
}

export interface OpenedAddress extends Pick<IncomingMessage, 'headers'> {
  readonly status: number;
  readonly text: string;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A plain Node server on a free port. */
export async function serve(answer: Answer): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, [Symbol.asyncDispose]: close };
}

/** The headers of a person who has signed in with a token, for requests that change something, too. */
export async function signIn(trial: DashboardTrial, token: string): Promise<Record<string, string>> {
  const response = await trial.ask('api/session', post({ token }));
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { csrf } = (await response.json()) as SessionView;
  return { cookie, 'x-acktor-csrf': csrf };
}

/** A request that changes something. */
export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Queues of a server that is away. */
export const noQueues: QueueSource = {
  deaths: () => Promise.resolve([]),
  queues: () => Promise.resolve([]),
  queueNames: () => Promise.resolve(['payments']),
  jobs: () => Promise.resolve({ jobs: [], cursor: undefined }),
  job: () => Promise.resolve(undefined),
  find: () => Promise.resolve([]),
  pause: () => Promise.resolve(),
  resume: () => Promise.resolve(),
  runNow: () => Promise.resolve(false),
  cancel: () => Promise.resolve('notFound'),
  deadLetters: (queue) => new DeadLetters({ queue, jobName: undefined, store: noLetters }),
};

const noLetters = {
  nowMs: () => Promise.resolve(0),
  count: () => Promise.resolve(0),
  async *scan() {},
  read: (ids: readonly string[]) => Promise.resolve(ids.map(() => undefined)),
  redrive: (deaths: readonly unknown[]) => Promise.resolve(deaths.map(() => false)),
  purge: (deaths: readonly unknown[]) => Promise.resolve(deaths.map(() => false)),
};

/** The error of a server that is away. */
export function away(): Promise<never> {
  return Promise.reject(new ConnectionLostError());
}
