// Where the server is: at the address that was given, or in the environment, or embedded.
import { RedisAddress } from '../engine/redis/connection/address.js';
import type { ServerPlace } from '../engine/redis/server-place.js';
import { EmbeddedServer } from './embedded-server.js';
import type { Environment } from './program.js';
import { NoServerError } from './server-errors.js';

/** What was said of the place. */
export interface PlaceOptions {
  readonly redis: string | undefined;
  /** Whether the server is to be, or is not to be, the embedded one; undefined where nothing was said. */
  readonly embedded?: boolean | undefined;
}

/**
 * The server that a URL names; without one that of REDIS_URL in the environment, and without that, unless in production, the embedded
 * server, which is started or joined. With `embedded` it is that one in any case.
 * @throws AddressError, NoServerError, ServerBinaryMissingError, ServerStartError
 */
export async function findServerPlace(options: PlaceOptions, env: Environment = process.env): Promise<ServerPlace> {
  const url = urlOf(options, env);
  if (url !== undefined) return { address: RedisAddress.parse(url), leave: () => Promise.resolve() };
  const server = await EmbeddedServer.start();
  return { address: RedisAddress.parse(server.url), leave: () => server.close() };
}

/** Undefined for the embedded server. */
function urlOf({ redis, embedded }: PlaceOptions, env: Environment): string | undefined {
  if (embedded === true && redis !== undefined)
    throw new NoServerError('both the option redis and embedded: true name one');
  if (embedded === true) return undefined;
  const [source, url] = redis === undefined ? ['REDIS_URL', env['REDIS_URL']] : ['the option redis', redis];
  // A variable that was to be filled in, and was not: whoever falls back to another server then works on queues of nobody.
  if (url?.trim() === '') throw new NoServerError(`${source} is an empty text`);
  if (url !== undefined) return url;
  if (embedded === false) throw new NoServerError('embedded is false, and neither redis nor REDIS_URL names one');
  if (env['NODE_ENV'] === 'production') throw new NoServerError(IN_PRODUCTION);
  return undefined;
}

const IN_PRODUCTION =
  'in production (NODE_ENV) neither the option redis nor REDIS_URL names one, and each host would start one of its own';
