// The versions of BullMQ whose clients and workers stand beside ours in tests: the current one, and the last of the line before.
import * as current from 'bullmq';
import * as before from 'bullmq5';
import { RedisAddress } from '@acktor/core/internal';
import { readFile } from 'node:fs/promises';

/** What tests use of a version: they have the same calls. */
export type Bullmq = Pick<typeof current, 'FlowProducer' | 'Queue' | 'QueueEvents' | 'UnrecoverableError' | 'Worker'>;

export const versions: Readonly<Record<'6' | '5', Bullmq>> = { 6: current, 5: before as unknown as Bullmq };

/** The number of the installed package. */
export async function installedVersion(name: 'bullmq' | 'bullmq5'): Promise<string> {
  const file = new URL('package.json', new URL(`../../../node_modules/${name}/`, import.meta.url));
  return (JSON.parse(await readFile(file, 'utf8')) as { readonly version: string }).version;
}

/** What a client of either version takes. */
export function optionsOf(prefix: string, url: string): { connection: current.ConnectionOptions; prefix: string } {
  const connection = { ...RedisAddress.parse(url).clientOptions(), maxRetriesPerRequest: null };
  return { connection: connection as current.ConnectionOptions, prefix };
}

/** A queue of a version's client, closed with the scope that opened it. */
export function queueOf(
  version: keyof typeof versions,
  place: { readonly queue: string; readonly prefix: string; readonly url: string },
): current.Queue & AsyncDisposable {
  const queue = new versions[version].Queue(place.queue, optionsOf(place.prefix, place.url));
  queue.on('error', () => undefined);
  return Object.assign(queue, { [Symbol.asyncDispose]: () => queue.close() });
}
