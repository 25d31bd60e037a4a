// From a server's URL to a pulse on it, for the thread in which it beats.
import { RedisAddress } from './connection/address.js';
import { connectGuarded, StartTime } from './connection/guarded-connection.js';
import { BullmqPulse } from './bullmq/bullmq-pulse.js';
import { queueKeys } from './bullmq/queue-keys.js';
import { JointPulse } from '../joint-pulse.js';
import type { PulseOpening } from '../engine.js';
import type { Pulse } from '../pulse.js';

/** Whose pulse, and where. */
export interface PulseOptions extends PulseOpening {
  /** The server's URL, password and all. */
  readonly url: string;
}

/** Opens the connections that carry the pulse's calls. @throws BrokerUnreachableError; nothing is left open then. */
export async function connectPulse(options: PulseOptions): Promise<Pulse> {
  const address = RedisAddress.parse(options.url);
  if (!address.isCluster) return openPulse(address, options);
  // Each queue may lie on another server, and move to yet another.
  const opened = await Promise.allSettled(
    options.queues.map((queue) => openPulse(address, { ...options, queues: [queue] })),
  );
  const pulses = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  const [first, ...others] = pulses;
  if (failed === undefined && first !== undefined) return new JointPulse(first, others);
  await Promise.all(pulses.map((pulse) => pulse.close()));
  throw failed?.reason ?? new TypeError('expected a queue at least for a pulse to watch over');
}

async function openPulse(address: RedisAddress, options: PulseOptions): Promise<Pulse> {
  const { connectTimeoutMs, answerTimeoutMs, namespace, queues } = options;
  const [keys] = queues.map((queue) => queueKeys(namespace, queue, { isInCluster: address.isCluster }));
  const time = new StartTime(address, connectTimeoutMs);
  const key = keys?.marker ?? '';
  const patience = answerTimeoutMs === undefined ? {} : { answerTimeoutMs };
  const guard = await connectGuarded(address, { connectTimeoutMs, key, ...patience, name: 'acktor-heartbeat' });
  const openSubscriber = () => connectGuarded(address, { connectTimeoutMs: time.leftMs, key, name: 'acktor-presence' });
  const { isCluster: isInCluster, database } = address;
  return new BullmqPulse({ ...options, isInCluster, database, guard, openSubscriber, time });
}
