// The dashboard as a plugin of Fastify, which is not imported: only the parts of it that are used are typed here.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatch } from './http/dispatch.js';

/** The part of a Fastify instance that is used. */
export interface FastifyScope {
  readonly prefix: string;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, body: unknown, done: (error: null) => void) => void,
  ): unknown;
  all(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => void): unknown;
}

interface FastifyRequest {
  readonly raw: IncomingMessage;
}

interface FastifyReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/** What Fastify's `app.register` takes; typed without Fastify, which need not be installed. */
export type FastifyPlugin = (scope: FastifyScope, options: unknown, done: () => void) => void;

export function fastifyPlugin(dispatch: Dispatch): FastifyPlugin {
  return (scope, _, done) => {
    // The dashboard reads bodies itself, within its bounds.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, parsed) => parsed(null));
    const answer = ({ raw: request }: FastifyRequest, reply: FastifyReply) => {
      reply.hijack();
      void dispatch(request, reply.raw, scope.prefix);
    };
    for (const path of ['/', '/*']) scope.all(path, answer);
    done();
  };
}
