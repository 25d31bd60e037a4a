// The way from an address to a pulse, for the thread in which it beats.
import { RedisAddress } from './connection/address.js';
import { connectGuarded, StartTime } from './connection/guarded-connection.js';
import { BullmqPulse } from './bullmq/bullmq-pulse.js';
import { queueKeys } from './bullmq/queue-keys.js';
import { JointPulse } from '../joint-pulse.js';
import type { Pulse } from '../pulse.js';

/** Whose pulse, and where. All of it can be handed to a thread. */
export interface PulseOptions {
  /** The server's URL, password and all. */
  readonly url: string;
  readonly namespace: string;
  /** What the process's lease tokens begin with. */
  readonly process: string;
  readonly queues: readonly string[];
  /** How long connecting, appearing and testing presence may take together, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a call waits for its answer before the connection counts as dead, in milliseconds; 15,000 by default, and at most. */
  readonly answerTimeoutMs?: number;
  readonly holdOffMs: number;
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
