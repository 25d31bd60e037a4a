// Where a Redis is, once it is known.
import type { RedisAddress } from './connection/address.js';

/** A server that was found, or started for this. */
export interface ServerPlace {
  readonly address: RedisAddress;
  /** To be called when nothing is open there any more: the last one out ends the embedded server. */
  leave(): Promise<void>;
}
