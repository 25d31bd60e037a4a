// What a failure is to whoever asked: an error of ours with its message, or nothing but that something failed.
import type { ServerResponse } from 'node:http';
import {
  AcktorError,
  BrokerUnreachableError,
  ClosedError,
  ConnectionLostError,
  NameError,
  OptionsError,
  ServerRefusalError,
} from '@acktor/core';
import { RequestError, type RefusalStatus } from '../errors.js';
import type { DashboardLogger } from '../logger.js';
import type { ErrorView } from '../protocol/requests.js';
import { sendAnswer } from './response.js';

/** Answers an error, unless an answer has begun: then it breaks off. */
export function answerError(error: unknown, response: ServerResponse, logger: DashboardLogger): void {
  const status = statusOf(error);
  if (status === 500) logger.error({ err: error }, 'a request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is left of a body that was refused is not waited for.
  if (status === 413) response.setHeader('connection', 'close');
  sendAnswer(response, { status, body: viewOf(error) });
}

function statusOf(error: unknown): RefusalStatus {
  if (error instanceof RequestError) return error.status;
  if (error instanceof NameError || error instanceof OptionsError) return 400;
  return AWAY.some((kind) => error instanceof kind) ? 503 : 500;
}

/** The server cannot be asked now; it may be later. */
const AWAY = [BrokerUnreachableError, ClosedError, ConnectionLostError, ServerRefusalError];

function viewOf(error: unknown): ErrorView {
  if (error instanceof AcktorError) return { error: { code: error.code, message: error.message } };
  return { error: { code: 'ACKTOR_INTERNAL', message: 'the dashboard failed to answer: its log says why' } };
}
