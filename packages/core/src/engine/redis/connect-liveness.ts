// From a server's URL to a liveness on it, for the thread in which it beats.
import { RedisAddress } from './connection/address.js';
import { connectGuarded, StartTime } from './connection/guarded-connection.js';
import { BullmqLiveness } from './bullmq/bullmq-liveness.js';
import { queueKeys } from './bullmq/queue-keys.js';
import { JointLiveness } from '../joint-liveness.js';
import type { LivenessOpening } from '../engine.js';
import type { Liveness } from '../liveness.js';

/** Whose liveness, and where. */
export interface LivenessOptions extends LivenessOpening {
  /** The server's URL, password and all. */
  readonly url: string;
}

/** Opens the connections that carry the liveness's calls. @throws BrokerUnreachableError; nothing is left open then. */
export async function connectLiveness(options: LivenessOptions): Promise<Liveness> {
  const address = RedisAddress.parse(options.url);
  if (!address.isCluster) return openLiveness(address, options);
  // Each queue may lie on another server, and move to yet another.
  const opened = await Promise.allSettled(
    options.queues.map((queue) => openLiveness(address, { ...options, queues: [queue] })),
  );
  const pulses = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  const [first, ...others] = pulses;
  if (failed === undefined && first !== undefined) return new JointLiveness(first, others);
  await Promise.all(pulses.map((liveness) => liveness.close()));
  throw failed?.reason ?? new TypeError('expected a queue at least for a liveness to watch over');
}

async function openLiveness(address: RedisAddress, options: LivenessOptions): Promise<Liveness> {
  const { connectTimeoutMs, answerTimeoutMs, namespace, queues } = options;
  const [keys] = queues.map((queue) => queueKeys(namespace, queue, { isInCluster: address.isCluster }));
  const time = new StartTime(address, connectTimeoutMs);
  const key = keys?.marker ?? '';
  const patience = answerTimeoutMs === undefined ? {} : { answerTimeoutMs };
  const guard = await connectGuarded(address, { connectTimeoutMs, key, ...patience, name: 'acktor-heartbeat' });
  const openSubscriber = () => connectGuarded(address, { connectTimeoutMs: time.leftMs, key, name: 'acktor-presence' });
  const { isCluster: isInCluster, database } = address;
  return new BullmqLiveness({ ...options, isInCluster, database, guard, openSubscriber, time });
}
