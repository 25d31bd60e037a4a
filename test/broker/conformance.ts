// What every broker must do, said over the port alone: a further broker is written when it passes this.
import type { Broker } from '@acktor/core/broker';
import { deliveriesConform } from './deliveries-conform.js';
import { leasesConform } from './leases-conform.js';
import { poisonConforms } from './poison-conforms.js';
import { sendingConforms } from './sending-conforms.js';
import { waitingConforms } from './waiting-conforms.js';

/** A broker with nothing in it, and how to be done with it. */
export interface OpenedBroker {
  readonly broker: Broker;
  close(): Promise<void>;
}

/** Opens a broker for one test. */
export type OpenBroker = () => Promise<OpenedBroker>;

export function brokerConforms(name: string, open: OpenBroker): void {
  describe(`the broker on ${name}`, () => {
    sendingConforms(open);
    deliveriesConform(open);
    leasesConform(open);
    poisonConforms(open);
    waitingConforms(open);
  });
}
