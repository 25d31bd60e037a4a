// The way to the system: a fleet and an operator on the same server.
import { Operator } from '@acktor/core';
import { connectFleet } from '@acktor/core/broker';
import { drawChart, drawnCharts } from './draw-chart.js';
import type { Sources } from './sources.js';

/** Where the queues are. */
export interface SourceOptions {
  readonly redis: string | undefined;
  readonly namespace: string;
  readonly connectTimeoutMs: number;
}

/**
 * Connects to the server.
 *
 * @throws AddressError, BrokerUnreachableError, ServerTooOldError, ServerBinaryMissingError, ServerStartError; nothing is left open.
 */
export async function connectSources({ redis, namespace, connectTimeoutMs }: SourceOptions): Promise<Sources> {
  const options = { redis, namespace, connectTimeoutMs };
  const queues = await Operator.connect(options);
  try {
    const fleet = await connectFleet(options);
    const close = async () => {
      await fleet.close();
      await queues.close();
    };
    return { server: queues.address, fleet, queues, charts: drawnCharts, draw: drawChart, close };
  } catch (error) {
    await queues.close();
    throw error;
  }
}
