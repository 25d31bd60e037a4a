// What a failure is to whoever asked: an error of ours with its message, or nothing but that something failed.
import type { GuardedLog } from '@acktor/core/internal';
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
import { RequestError, type RefusalStatus } from '../errors.js';
import type { ErrorView } from '../protocol/requests.js';
import { sendErrorPage } from './error-page.js';
import { sendAnswer } from './response.js';
import { wantsPage } from './wants-page.js';

/** Answers an error, unless an answer has begun: then it breaks off. A person who has opened it as a page gets one to read. */
export function answerError(error: unknown, { request, response, logger }: FailedCall): void {
  const status = statusOf(error);
  if (status === 500) logger.error({ err: error }, 'a request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is left of a body that was refused is not waited for.
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

/** The server cannot be asked now; it may be later. */
const AWAY = [BrokerUnreachableError, ClosedError, ConnectionLostError, ServerRefusalError];

/** The error itself says that what was asked may have been done: it does not know what that was. */
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
