// What a consumer does now, in words: its state, its job, and for how long.
import type { LiveConsumer } from '../live/live-consumer.js';
import { duration } from '../numbers/format.js';

export interface NowWords {
  readonly state: string;
  /** The job's name and its id, shortened; undefined when it holds none. */
  readonly job: string | undefined;
  readonly time: string;
}

/** @param isStuck - whether the time is that of the whole delivery. */
export function nowWords(consumer: LiveConsumer, isStuck: boolean, nowMs: number): NowWords {
  const { held } = consumer.report;
  const sinceMs = isStuck ? (held?.heldSinceMs ?? consumer.sinceMs) : consumer.sinceMs;
  return {
    state: stateWord(consumer.state),
    job: held === undefined ? undefined : `${held.jobName} ${shortId(held.jobId, held.jobName)}`,
    time: duration(Math.max(0, consumer.worker.asOfMs(nowMs) - sinceMs)),
  };
}

/** The outer state's name or, where a job usually is not, the inner one's. */
function stateWord(state: string): string {
  const [outer = '', ...inner] = state.split('.');
  const last = inner.at(-1);
  return last === undefined || usual.has(last) ? outer : last;
}

const usual = new Set(['handling', 'settling']);

/** An id without the job's name before it, its middle left out when it is long. */
export function shortId(id: string, jobName: string): string {
  const own = id.startsWith(`${jobName}-`) ? id.slice(jobName.length + 1) : id;
  return own.length <= longest ? own : `${own.slice(0, head)}…${own.slice(-tail)}`;
}

const longest = 22;
const [head, tail] = [14, 6];
