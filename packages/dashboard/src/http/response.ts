// How answers and errors are written: as JSON, or as a page for a person who has opened an address.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  AcktorError,
  BrokerUnreachableError,
  ClosedError,
  ConnectionLostError,
  NameError,
  OptionsError,
  QueueNotFoundError,
  ServerRefusalError,
} from '@acktor/core';
import type { GuardedLog } from '@acktor/core/internal';
import { RequestError, type RefusalStatus } from '../errors.js';
import type { ErrorView } from '../protocol/requests.js';
import type { Answer } from './route.js';

const SAFE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** No scripts but our own, no frames, no referrer; and no caching, unless a route sets it. */
export function setSafeHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
}

export function sendAnswer(response: ServerResponse, answer: Exclude<Answer, 'answered'>): void {
  const { status = 200, headers = {}, body } = answer;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}

/**
 * Answers with an error: one of ours with its message, any other without. A person who has opened the address in a browser gets a
 * page. Where an answer has begun already, the connection is broken.
 */
export function answerError(error: unknown, { request, response, logger }: FailedCall): void {
  const status = statusOf(error);
  if (status === 500) logger.error({ err: error }, 'a request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a refused body is not read.
  if (status === 413 || status === 408) response.setHeader('connection', 'close');
  const view = viewOf(error, request.method);
  if (wantsPage(request)) sendErrorPage(response, status, view);
  else sendAnswer(response, { status, body: view });
}

export interface FailedCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly logger: GuardedLog;
}

function statusOf(error: unknown): RefusalStatus {
  if (error instanceof RequestError) return error.status;
  if (error instanceof NameError || error instanceof OptionsError) return 400;
  if (error instanceof QueueNotFoundError) return 404;
  return AWAY.some((kind) => error instanceof kind) ? 503 : 500;
}

/** The server cannot be reached now; it may be later. */
const AWAY = [BrokerUnreachableError, ClosedError, ConnectionLostError, ServerRefusalError];

/** The error's own message says that the command may have run: it does not know that this one only read. */
const LOST_READING: ErrorView = {
  error: {
    code: 'ACKTOR_CONNECTION_LOST',
    message: 'the connection to Redis broke before the answer came: nothing was read, and nothing has changed',
  },
};

function viewOf(error: unknown, method: string | undefined): ErrorView {
  if (error instanceof ConnectionLostError && method === 'GET') return LOST_READING;
  if (error instanceof AcktorError) return { error: { code: error.code, message: error.message } };
  return { error: { code: 'ACKTOR_INTERNAL', message: 'the dashboard failed to answer: its log says why' } };
}

/** The page has no script and needs no other file. */
function sendErrorPage(response: ServerResponse, status: RefusalStatus, { error }: ErrorView): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('content-security-policy', POLICY);
  response.end(pageOf(TITLES[status] ?? 'That did not work', error));
}

const TITLES: Readonly<Partial<Record<RefusalStatus, string>>> = {
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not there',
  429: 'Too many attempts',
  503: 'Redis does not answer',
};

/** In the colours of the page itself. */
const STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --text: #17202b; --dim: #5f6b7a; }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1116; --text: #e6eaf0; --dim: #8b96a5; } }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.6 system-ui, sans-serif; }
main { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 24px; font-weight: 600; }
p { margin: 0.5rem 0; }
.code { color: var(--dim); font-size: 12px; }
`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function pageOf(title: string, { code, message }: ErrorView['error']): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Acktor</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(message)}</p>
<p class="code">Acktor’s dashboard · ${escaped(code)}</p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Whether a person has opened the address in a browser: only then do browsers ask for HTML; pages and programs accept anything. */
export function wantsPage({ method, headers }: IncomingMessage): boolean {
  const isNavigation = headers['sec-fetch-mode'] === undefined || headers['sec-fetch-mode'] === 'navigate';
  return method === 'GET' && isNavigation && /\btext\/html\b/.test(headers.accept ?? '');
}
