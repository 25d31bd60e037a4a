// The process that a consumer runs in, as a consumer's panel tells of it.
import type { LiveConsumer } from '../../live/live-consumer.js';
import { bytes, duration, moment } from '../../numbers/format.js';
import { Link } from '../../route/link.js';

interface WorkerFactsProps {
  readonly consumer: LiveConsumer;
  readonly nowMs: number;
}

export function WorkerFacts({ consumer: { worker, queue }, nowMs }: WorkerFactsProps) {
  const { report, lagP99Ms, blockedForMs, ended } = worker;
  return (
    <>
      <dt>Queue</dt>
      <dd>
        <Link place="queues" rest={[queue]}>
          {queue}
        </Link>
      </dd>
      <dt>Process</dt>
      <dd>
        {worker.name}, {ended === undefined ? worker.state : 'died'}, since {moment(report.startedAtMs)}
        {worker.isQuiet ? (
          <p className="alarming">
            ◌ Nothing is heard of it: what is shown is {duration(nowMs - worker.asOfMs(nowMs))} old.
          </p>
        ) : null}
      </dd>
      <dt>Event loop</dt>
      <dd>
        {blockedForMs > 0 ? (
          <span className="alarming">▲ blocked for {duration(blockedForMs)}</span>
        ) : (
          <>
            late by <span className="figure">{duration(lagP99Ms)}</span> at most in 99 of 100
          </>
        )}
      </dd>
      <dt>Memory</dt>
      <dd className="figure">{bytes(report.residentBytes)}</dd>
    </>
  );
}
