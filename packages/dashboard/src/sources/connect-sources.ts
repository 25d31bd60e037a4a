// The way to the system: a fleet and an operator on the same server.
import { Operator } from '@acktor/core';
import { connectFleet, type ConnectedFleet, type Engine } from '@acktor/core/engine';
import { drawChart, drawnCharts } from './draw-chart.js';
import type { Sources } from './sources.js';

/** Where the queues are. */
export interface SourceOptions {
  readonly engine: Engine | undefined;
  readonly redis: string | undefined;
  readonly embedded: boolean | undefined;
  readonly namespace: string;
  readonly connectTimeoutMs: number;
}

/**
 * Connects to the server.
 *
 * @throws OptionsError, AddressError, BrokerUnreachableError, ServerTooOldError, ServerBinaryMissingError, ServerStartError; nothing is left open.
 */
export async function connectSources({
  engine,
  redis,
  embedded,
  namespace,
  connectTimeoutMs,
}: SourceOptions): Promise<Sources> {
  const options = { engine, redis, embedded, namespace, connectTimeoutMs };
  // At the same time, so that both have all of it.
  const [queues, fleet] = await Promise.allSettled([Operator.connect(options), connectFleet(options)]);
  if (queues.status === 'rejected' || fleet.status === 'rejected') {
    for (const opened of [queues, fleet]) if (opened.status === 'fulfilled') await opened.value.close();
    throw queues.status === 'rejected' ? queues.reason : (fleet as PromiseRejectedResult).reason;
  }
  return sourcesOf(queues.value, fleet.value);
}

function sourcesOf(queues: Operator, fleet: ConnectedFleet): Sources {
  const close = async () => {
    await fleet.close();
    await queues.close();
  };
  return { server: queues.address, fleet, queues, charts: drawnCharts, draw: drawChart, close };
}
