// The JSON that a request brings.
import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors.js';

/** The most bytes of a request. Reasons of dead letters are the longest that anybody sends. */
const MOST_BYTES = 64 * 1_024;

/**
 * Reads a request's JSON; undefined when it brings nothing. What the application around us has read already, as Express's and
 * Fastify's parsers do, is taken from there.
 *
 * @throws RequestError ACKTOR_TOO_LARGE beyond 64 KiB; ACKTOR_BAD_REQUEST for what is no JSON.
 */
export async function readBody(request: IncomingMessage & { readonly body?: unknown }): Promise<unknown> {
  if (request.body !== undefined) return request.body;
  const text = await readText(request);
  if (text === '') return undefined;
  // A form of another site cannot send this type without asking first.
  if (!request.headers['content-type']?.startsWith('application/json')) throw notJson();
  try {
    return JSON.parse(text);
  } catch {
    throw notJson();
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new RequestError(413, 'ACKTOR_TOO_LARGE', `expected at most ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function notJson(): RequestError {
  return new RequestError(400, 'ACKTOR_BAD_REQUEST', 'expected a body of application/json');
}
