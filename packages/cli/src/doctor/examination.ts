// Gathers what the checks look at.
import { randomUUID } from 'node:crypto';
import type { OperatorOptions } from '@acktor/core';
import { brokerOptionTable, connectFleet, defineOptions, type ConnectedBroker } from '@acktor/core/engine';
import { connectBroker, connectLiveness, type RedisBroker } from '@acktor/core/internal';
import type { Findings, QueueFindings } from './check.js';

const brokerOptions = defineOptions(brokerOptionTable);

/** Looks at the servers, the queues and the workers. @throws AddressError, BrokerUnreachableError, ServerTooOldError. */
export async function examine(options: OperatorOptions): Promise<Findings> {
  const checked = brokerOptions.check({ ...options, durability: 'off' });
  const connected = await connectBroker({ ...checked, name: 'acktor-doctor', warn: () => undefined });
  try {
    const [servers, isPresenceTold, queues, workers] = await Promise.all([
      connected.broker.examine(),
      testPresence(connected, checked),
      lookAtQueues(connected),
      lookAtWorkers(options),
    ]);
    return { address: connected.address, servers, isPresenceTold, queues, workers, atMs: Date.now() };
  } finally {
    await connected.close();
  }
}

type Checked = ReturnType<typeof brokerOptions.check>;

async function testPresence({ redis }: RedisBroker, { namespace, connectTimeoutMs }: Checked): Promise<boolean> {
  const process = `doctor-${randomUUID()}`;
  const url = redis.revealUrl();
  const liveness = await connectLiveness({
    url,
    namespace,
    process,
    queues: ['acktor'],
    connectTimeoutMs,
    holdOffMs: 0,
  });
  try {
    return await liveness.testPresence();
  } finally {
    await liveness.close();
  }
}

async function lookAtQueues({ broker }: ConnectedBroker): Promise<readonly QueueFindings[]> {
  const admin = broker.admin();
  const look = async (queue: string) => ({ ...(await admin.depth(queue)), ...(await admin.symptoms(queue)) });
  return Promise.all((await admin.queueNames()).map(look));
}

async function lookAtWorkers(options: OperatorOptions) {
  await using fleet = await connectFleet(options);
  return await fleet.workers();
}
