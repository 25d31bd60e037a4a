import { ClusterSet, quietPort } from '@acktor/chaos';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { makeCertificates } from './certificates.js';

describe('a cluster that speaks TLS', function () {
  this.timeout(60_000);

  it('serves queues on several masters', async () => {
    await using certificates = await makeCertificates();
    const { ca, server } = certificates;
    const ports: number[] = [];
    const settings = async () => {
      const port = await quietPort();
      ports.push(port);
      const files = { 'tls-ca-cert-file': ca, 'tls-cert-file': server.cert, 'tls-key-file': server.key };
      return { ...files, 'tls-port': port, 'tls-auth-clients': 'no', 'tls-replication': 'yes', 'tls-cluster': 'yes' };
    };
    await using _set = await ClusterSet.start({ hasReplicas: false, settings });
    await using trial = await WorkerTrial.open(`rediss+cluster://127.0.0.1:${ports[0]}?ca=${encodeURIComponent(ca)}`);
    const calls = recording(call, () => undefined);
    await trial.work([recording(note, ({ data }) => ({ length: data.text.length })).handler, calls.handler]);
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await trial.producer.send(call, { number: '1' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    await calls.deliveries.first();
  });
});
