// The JSON body of a request.
import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors.js';

/** The most bytes of a body. The longest that the page sends are reasons of dead letters. */
const MOST_BYTES = 64 * 1_024;
/** As long as the dashboard's own server waits for a whole request. */
const LONGEST_MS = 10_000;

type BodyRequest = IncomingMessage & { readonly body?: unknown };

/**
 * Reads a request's JSON; resolves with undefined when there is no body. A body that a parser of the application has read already,
 * such as Express's or Fastify's, is taken from `request.body`, within the same bounds.
 *
 * @throws RequestError ACKTOR_TOO_LARGE beyond 64 KiB; ACKTOR_TOO_SLOW after ten seconds; ACKTOR_BAD_REQUEST for a body that is not
 * JSON, or that was read before without being kept.
 */
export async function readBody(request: BodyRequest): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) throw tooLarge();
  const isParsed = request.body !== undefined && !isText(request.body);
  if (isParsed) return parsedElsewhere(request);
  const text = isText(request.body) ? request.body.toString() : await readText(request);
  if (text === '') return undefined;
  if (Buffer.byteLength(text) > MOST_BYTES) throw tooLarge();
  requireJson(request);
  try {
    return JSON.parse(text);
  } catch {
    throw notJson();
  }
}

/** Parsers set an object also where there is no body. */
function parsedElsewhere(request: BodyRequest): unknown {
  const { body, headers } = request;
  const isEmpty = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
  if (isEmpty || headers['content-length'] === '0') return undefined;
  requireJson(request);
  // A body sent without a length is measured as it would be written.
  if (Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES) throw tooLarge();
  return body;
}

async function readText(request: IncomingMessage): Promise<string> {
  const isGone = request.readableEnded || request.destroyed;
  if (isGone && request.headers['content-length'] !== undefined && request.headers['content-length'] !== '0')
    throw readBefore();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow()), LONGEST_MS);
  });
  try {
    return await Promise.race([collected(request), expired]);
  } finally {
    clearTimeout(timer);
  }
}

async function collected(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isText(body: unknown): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

/** A form of another site cannot send this type without a preflight request. */
function requireJson({ headers }: IncomingMessage): void {
  if (!headers['content-type']?.startsWith('application/json')) throw notJson();
}

function notJson(): RequestError {
  return new RequestError(400, 'ACKTOR_BAD_REQUEST', 'expected a body of application/json');
}

function readBefore(): RequestError {
  return new RequestError(
    400,
    'ACKTOR_BAD_REQUEST',
    'expected a body, but something before the dashboard has read it and kept nothing in request.body: mount the dashboard before that',
  );
}

function tooLarge(): RequestError {
  return new RequestError(413, 'ACKTOR_TOO_LARGE', `expected at most ${MOST_BYTES} bytes`);
}

function tooSlow(): RequestError {
  return new RequestError(408, 'ACKTOR_TOO_SLOW', `expected a whole request within ${LONGEST_MS} ms`);
}
