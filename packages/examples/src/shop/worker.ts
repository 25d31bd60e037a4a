// One worker process of the shop, forked with the server's folder and the address of the payment service.
import { EmbeddedServer } from '@acktor/core/server';
import { middleware, Worker } from '@acktor/worker';
import { catchUpWhenAsked, noteDelivery, sendToParent, whenParentLeaves } from '../fleet/messages.js';
import { order } from './order.js';
import { paymentsAt, shopHandlers } from './payments.js';

const [folder = '.', paymentsUrl = ''] = process.argv.slice(2);

// A share of its own: the last process that leaves ends the server, be it this one because its parent was killed.
await using server = await EmbeddedServer.start({ folder });
const noting = middleware((delivery, next) => {
  noteDelivery(delivery);
  return next();
});
await using worker = await Worker.start({
  redis: server.url,
  handleSignals: true,
  handlers: shopHandlers(paymentsAt(paymentsUrl)),
  actors: [order],
  use: [noting],
  consumers: { orders: 8, payments: 8, parcels: 2 },
});

whenParentLeaves(() => void worker.close());
catchUpWhenAsked();
sendToParent({ type: 'ready' });
await worker.stopped();
