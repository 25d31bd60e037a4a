// The dashboard as a request handler: for a server of the application's own, at any path.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GuardedLog } from '@acktor/core/internal';
import { Gate, type Trust } from './access/gate.js';
import { SessionSeal } from './access/session.js';
import { TokenVerifier } from './access/token-verifier.js';
import { DashboardContext } from './dashboard-context.js';
import {
  dashboardHandlerOptions,
  type CheckedHandlerOptions,
  type DashboardHandlerOptions,
} from './dashboard-options.js';
import { OpenDashboardError } from './errors.js';
import { fastifyPlugin, type FastifyPlugin } from './fastify-plugin.js';
import { createDispatch, mountPath } from './http/dispatch.js';
import { defaultLogger } from './logger.js';
import { allRoutes } from './routes/all-routes.js';
import { createRedaction } from './routes/job-view.js';
import { openWebPage } from './routes/page-routes.js';
import { connectSources, type Sources } from './sources.js';

/**
 * Answers requests. Express takes it as it is: `app.use('/acktor', handler)`. For a Node server that has other paths, too, name the
 * path in front: `handler.at('/acktor')`. Fastify takes `handler.fastify` as a plugin.
 */
export interface DashboardHandler extends AsyncDisposable {
  (request: IncomingMessage, response: ServerResponse): void;
  /** The same below a path, such as `/acktor`, in a server that does not take it off. Answers 404 outside that path. @throws TypeError. */
  at(mount: `/${string}`): (request: IncomingMessage, response: ServerResponse) => void;
  /** `app.register(handler.fastify, { prefix: '/acktor' })` */
  readonly fastify: FastifyPlugin;
  /** Ends all live streams and disconnects. May be called twice. */
  close(): Promise<void>;
}

/**
 * A dashboard for a server of your own. It connects with the first request, and answers 503 while Redis is away.
 *
 * @throws OptionsError. @throws OpenDashboardError without `tokens` or `authorize`: who can reach your server is not known here.
 * @example
 * const handler = dashboardHandler({ authorize: (request) => (isAdmin(request) ? 'operator' : undefined) });
 * app.use('/acktor', handler);
 */
export function dashboardHandler(options: DashboardHandlerOptions): DashboardHandler {
  const checked = dashboardHandlerOptions.check(options);
  const trust = trustOf(checked);
  if (trust === undefined) throw new OpenDashboardError('dashboardHandler()');
  return createHandler({ options: checked, trust, connect: () => connectSources(checked) }).handler;
}

export interface HandlerDeps {
  readonly options: CheckedHandlerOptions;
  readonly trust: Trust;
  readonly connect: () => Promise<Sources>;
  /** Called with each request that belongs to a session. */
  readonly onSession?: (request: IncomingMessage) => void;
}

/** Where roles come from, by the options; undefined when these do not say. */
export function trustOf({ tokens, authorize }: CheckedHandlerOptions): Trust | undefined {
  if (authorize !== undefined) return { kind: 'application', authorize };
  const hasTokens = tokens?.viewer !== undefined || tokens?.operator !== undefined;
  return tokens !== undefined && hasTokens ? { kind: 'tokens', tokens } : undefined;
}

/** A handler, with its parts. */
export function createHandler({ options, trust, connect, onSession }: HandlerDeps) {
  const { redact, payloadsFor, namespace, origins, secret, trustProxy } = options;
  const logger = new GuardedLog(options.logger ?? defaultLogger());
  const tokens = trust.kind === 'tokens' ? trust.tokens : undefined;
  const seal = SessionSeal.open({ secret, tokens });
  // A failure reaches the requests that need the seal; until one does, it must not be an unhandled rejection.
  seal.catch(() => undefined);
  if (trust.kind === 'application' && secret === undefined) logger.warn({}, NO_SECRET);
  const context = new DashboardContext(connect, logger);
  const routes = allRoutes({
    context,
    seal,
    namespace,
    version: version(),
    page: openWebPage(),
    payloadsFor: payloadsFor === 'operator' ? 'operator' : 'viewer',
    redaction: createRedaction(redact),
    tokens: tokens && new TokenVerifier(tokens),
    trustProxy,
  });
  const dispatch = createDispatch({ routes, logger, gate: new Gate({ trust, seal, origins }), onSession });
  const at = (mount: string) => {
    const path = mountPath(mount);
    return (request: IncomingMessage, response: ServerResponse) => void dispatch(request, response, path);
  };
  const close = () => context.close();
  const extras = { at, fastify: fastifyPlugin(dispatch), close, [Symbol.asyncDispose]: close };
  return { handler: Object.assign(at(''), extras) satisfies DashboardHandler, context, routes, seal };
}

const NO_SECRET =
  'authorize without secret: should several processes serve this dashboard, or one that is restarted under open pages, changes ' +
  'are refused with 403, for each process seals with a key of its own. Pass secret, 32 bytes or more, the same to all of them';

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
