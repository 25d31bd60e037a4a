// Where the server is: at the address that was given, or in the environment, or embedded.
import { RedisAddress } from '../redis/address.js';
import { EmbeddedServer } from './embedded-server.js';

export interface ServerPlace {
  readonly address: RedisAddress;
  /** The last one out ends the embedded server. */
  leave(): Promise<void>;
}

/**
 * The server that a URL names; without one that of REDIS_URL in the environment, and without that the embedded server, which is
 * started or joined.
 * @throws AddressError, ServerBinaryMissingError, ServerStartError
 */
export async function findServerPlace(redis: string | undefined): Promise<ServerPlace> {
  const url = redis ?? process.env['REDIS_URL'];
  if (url) return { address: RedisAddress.parse(url), leave: () => Promise.resolve() };
  const server = await EmbeddedServer.start();
  return { address: RedisAddress.parse(server.url), leave: () => server.close() };
}
