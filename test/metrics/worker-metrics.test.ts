import { MetricsOffError, reject } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { readMetrics } from './read-metrics.js';

describe('the metrics of a worker', () => {
  it('count deliveries by job and end, and measure the time in each state', async () => {
    await using trial = await WorkerTrial.open();
    const odd = handlerOf(note, ({ data }) =>
      data.text === 'bad' ? reject({ deadLetter: 'bad' }) : { length: data.text.length },
    );
    const worker = await trial.work([odd], { metrics: true });
    const receipts = await Promise.all(['a', 'b', 'bad'].map((text) => trial.producer.send(note, { text })));
    await Promise.allSettled(receipts.map((receipt) => receipt.result()));
    await worker.close();
    const samples = readMetrics(await worker.metrics());
    expect(samples.get('acktor_deliveries_total{queue="notes",job="note",end="acked"}')).to.equal(2);
    expect(samples.get('acktor_deliveries_total{queue="notes",job="note",end="dead_lettered"}')).to.equal(1);
    expect(samples.get('acktor_redeliveries_total{queue="notes",job="note"}')).to.equal(0);
    expect(samples.get('acktor_consumer_state_seconds_count{queue="notes",state="processing"}')).to.equal(3);
    expect(samples.get('acktor_worker_resident_bytes')).to.be.above(1_000_000);
  });

  it('are not kept unless they are asked for', async () => {
    await using trial = await WorkerTrial.open();
    const worker = await trial.work([handlerOf(note, () => ({ length: 0 }))]);
    expect(() => worker.metrics()).to.throw(MetricsOffError, '{ metrics: true }');
  });
});
