// A call of a producer, tried three ways and judged.
//
// Acktor's own, beside BullMQ's scripts: a job whose id the queue has leaves no trace (see `plain-send.ts`), and nor does one that BullMQ's
// script would fail to add halfway.
import { compared, comparedKeys, isUnsound, type Verdict } from './comparison.js';
import type { OutgoingJob } from './core-inside.js';
import { runSends, sendTrialOf, type SendOutcomes, type SendTrial } from './send-trial.js';
import type { Try } from './states.js';

export const trySend: Try = async (batch, scripts, seed) => {
  const trial = sendTrialOf(seed);
  const outcomes = await runSends(batch, scripts, trial);
  const { answer } = outcomes.fast;
  const wentFast = answer.status === 'fulfilled' && answer.value === ALL_ACCEPTED;
  return { wentFast, ...judgeSend(trial, outcomes) };
};

const ALL_ACCEPTED = 1;

function judgeSend({ jobs, state }: SendTrial, { plain, full, fast }: SendOutcomes): Verdict {
  const replies = repliesOf(full.answer, jobs);
  const ofFast = [
    ...compared('the replies of the fast path', replies, repliesOf(fast.answer, jobs)),
    ...comparedKeys('left by the fast path', full.left, { left: fast.left }),
  ];
  const hasFailed = plain.answers.some((answer) => answer?.status === 'rejected');
  if (isUnsound(state) || (hasFailed && hasOneTwice(jobs))) return { differences: ofFast, isAgainstBullmq: false };
  const expected = jobs.map(({ id }, i) => plainReply(id, plain.answers[i]));
  const ofFull = [
    ...compared('the replies of the full path', expected, replies.map(asBullmq)),
    ...comparedKeys('left by the full path', plain.left, { left: full.left }),
  ];
  return { differences: [...ofFull, ...ofFast], isAgainstBullmq: true };
}

/** Whether the second of two jobs of one id depends on how far the first one came. */
function hasOneTwice(jobs: readonly OutgoingJob[]): boolean {
  return new Set(jobs.map(({ id }) => id)).size < jobs.length;
}

/** 1 for a job that was accepted, where it is for one that the queue has, or an error's text. Of BullMQ's answers 0 is such a one. */
type Reply = number | string | readonly [place: string];

function repliesOf(answer: PromiseSettledResult<unknown>, jobs: readonly OutgoingJob[]): readonly Reply[] {
  if (answer.status === 'rejected') return [`failed as a whole: ${String(answer.reason)}`];
  return answer.value === ALL_ACCEPTED ? jobs.map(() => 1) : (answer.value as readonly Reply[]);
}

function plainReply(id: string, answer: PromiseSettledResult<unknown> | undefined): Reply {
  if (answer === undefined) return 0;
  if (answer.status === 'rejected') return AN_ERROR;
  return answer.value === id ? 1 : `answered ${String(answer.value)}`;
}

function asBullmq(reply: Reply): Reply {
  if (Array.isArray(reply)) return 0;
  return typeof reply === 'string' ? AN_ERROR : reply;
}

const AN_ERROR = 'an error';
