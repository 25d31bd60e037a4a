// The channels of the fleet's conversation. Plain pub/sub: in a cluster it reaches every node, whatever it was said to.
import { databasePart } from '../connection/database-part.js';

export interface FleetChannels {
  /** Asks of all worker processes. Each is subscribed, so that whoever asks is told how many hear it. */
  readonly asks: string;
  /** News of all worker processes. */
  readonly news: string;
  /** Asks of one process; whether anybody is subscribed says whether it is alive. */
  asksOf(workerId: string): string;
  /** Answers to one asker. */
  answersTo(asker: string): string;
}

export function fleetChannels(namespace: string, database: number): FleetChannels {
  const prefix = `${namespace}:fleet:${databasePart(database)}`;
  return {
    asks: `${prefix}asks`,
    news: `${prefix}news`,
    asksOf: (workerId) => `${prefix}asks:${workerId}`,
    answersTo: (asker) => `${prefix}answers:${asker}`,
  };
}
