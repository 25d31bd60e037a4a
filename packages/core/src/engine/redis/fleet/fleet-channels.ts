// The pub/sub channels of a fleet, and how texts travel on them. Plain pub/sub: in a cluster it reaches every node.
import { constants, deflateSync, inflateSync } from 'node:zlib';
import { databasePart } from '../connection/address.js';
import { MOST_CHARS } from '../../../fleet/read-message.js';

export interface FleetChannels {
  /** Requests to all worker processes. Each is subscribed, so that the publisher learns how many receive it. */
  readonly requests: string;
  /** Events of all worker processes. */
  readonly events: string;
  /** Requests to one process. It has a subscriber as long as that process is alive. */
  requestsOf(workerId: string): string;
  /** Answers to one asker. */
  answersTo(asker: string): string;
}

export function fleetChannels(namespace: string, database: number): FleetChannels {
  const prefix = `${namespace}:fleet:${databasePart(database)}`;
  return {
    requests: `${prefix}asks`,
    events: `${prefix}news`,
    requestsOf: (workerId) => `${prefix}asks:${workerId}`,
    answersTo: (asker) => `${prefix}answers:${asker}`,
  };
}

/**
 * A text as it is published: long ones packed. Redis reads 16 KB of a connection at a time and writes 64 KB to one, so under load a fleet's
 * frames would be seconds old when they are out; names of consumers and states repeat, and pack to a tenth.
 */
export function pack(text: string): string | Buffer {
  return text.length < WORTH_PACKING_CHARS ? text : deflateSync(text, { level: constants.Z_BEST_SPEED });
}

/** What was packed, or the text as it came. Empty for what is neither, or is monstrous; never throws. */
export function unpack(message: Buffer): string {
  if (message.length > MOST_BYTES) return '';
  if (message[0] !== ZLIB_STREAM) return message.toString();
  try {
    return inflateSync(message, { maxOutputLength: MOST_BYTES }).toString();
  } catch {
    return '';
  }
}

const WORTH_PACKING_CHARS = 1_000;
/** A report of 100,000 consumers. Without a bound any client that may publish could send what unpacks to more than the memory. */
const MOST_BYTES = MOST_CHARS;
/** The first byte of what zlib packs with its usual window. JSON begins with a brace. */
const ZLIB_STREAM = 0x78;
