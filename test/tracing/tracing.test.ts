import { reject } from '@acktor/worker';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { RedisAddress } from '@acktor/core/internal';
import { Queue, type QueueOptions } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('traces', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

  before(() => {
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  });
  beforeEach(() => exporter.reset());
  after(async () => {
    trace.disable();
    context.disable();
    propagation.disable();
    await provider.shutdown();
  });

  it('lead from the send into the handler, and never show a payload', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, () => {
      trace.getTracer('shop').startSpan('look it up').end();
      return { length: 1 };
    });
    const worker = await trial.work([handler]);
    const receipt = await trial.producer.send(note, { text: 'secret' });
    await deliveries.first();
    await worker.close();
    const spans = exporter.getFinishedSpans();
    const [sent, lookedUp, processed] = spans;
    expect(spans.map(({ name, kind }) => [name, kind])).to.deep.equal([
      ['send notes', SpanKind.PRODUCER],
      ['look it up', SpanKind.INTERNAL],
      ['process notes', SpanKind.CONSUMER],
    ]);
    expect(processed?.parentSpanContext?.spanId).to.equal(sent?.spanContext().spanId);
    expect(lookedUp?.parentSpanContext?.spanId).to.equal(processed?.spanContext().spanId);
    expect(processed?.attributes).to.include({
      'messaging.destination.name': 'notes',
      'messaging.message.id': receipt.id,
      'acktor.job': 'note',
      'acktor.attempt': 1,
    });
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.to.include('secret');
  });

  it('show why a delivery was rejected', async () => {
    await using trial = await WorkerTrial.open();
    const worker = await trial.work([handlerOf(note, () => reject({ deadLetter: 'no such customer' }))]);
    const receipt = await trial.producer.send(note, { text: 'a' });
    await receipt.result().catch(() => undefined);
    await worker.close();
    const processed = exporter.getFinishedSpans().find(({ name }) => name === 'process notes');
    expect(processed?.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: 'no such customer' });
  });

  it('cross from a plain BullMQ client that is traced', async () => {
    await using trial = await WorkerTrial.open();
    const telemetry = new BullMQOtel({ tracerName: 'shop' });
    const { handler, deliveries } = recording(note, () => ({ length: 1 }));
    const worker = await trial.work([handler]);
    const { namespace: prefix, url } = trial;
    const queue = new Queue('notes', {
      connection: RedisAddress.parse(url).clientOptions() as QueueOptions['connection'],
      prefix,
      telemetry,
    });
    await queue.add('note', { text: 'plain' });
    await queue.close();
    await deliveries.first();
    await worker.close();
    const spans = exporter.getFinishedSpans();
    const added = spans.find(({ kind }) => kind === SpanKind.PRODUCER);
    const processed = spans.find(({ kind }) => kind === SpanKind.CONSUMER);
    expect(added?.instrumentationScope.name).to.equal('shop');
    expect(processed?.spanContext().traceId).to.equal(added?.spanContext().traceId);
  });
});
