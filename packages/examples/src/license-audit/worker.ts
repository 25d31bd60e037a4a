// One worker process of an audit, forked with the server's folder and how many consumers each queue gets.
import 'reflect-metadata';
import { Producer } from '@acktor/core';
import { EmbeddedServer } from '@acktor/core/server';
import { Worker } from '@acktor/worker';
import { container } from 'tsyringe';
import { ClassifyLicense } from './handlers/classify-license.js';
import { ClassifyQueue, ScanPackage } from './handlers/scan-package.js';
import { catchUpWhenAsked, sendToParent, whenParentLeaves } from '../fleet/messages.js';

const [folder = '.', scan, classify] = process.argv.slice(2);

// A share of its own: the last process that leaves ends the server, be it this one because its parent was killed.
await using server = await EmbeddedServer.start({ folder });
await using producer = await Producer.connect({ redis: server.url });
await using worker = await Worker.start({
  redis: server.url,
  handleSignals: true,
  handlers: [ScanPackage, ClassifyLicense],
  consumers: { scan: Number(scan ?? 6), classify: Number(classify ?? 2) },
  container: container.createChildContainer().registerInstance(ClassifyQueue, new ClassifyQueue(producer)),
  // The report counts every package, however many there are.
  ackedCount: 1_000_000,
});

whenParentLeaves(() => void worker.close());
catchUpWhenAsked();
sendToParent({ type: 'ready' });
await worker.stopped();
