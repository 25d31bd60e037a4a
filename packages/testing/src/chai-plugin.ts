// Words for chai: `chai.use(acktorChai)`.
import { inspect, isDeepStrictEqual } from 'node:util';
import type { AnyJob } from '@acktor/core';
import type { Performed } from './perform.js';
import { hasPart, sentTo } from './fake-producer.js';

declare global {
  namespace Chai {
    interface Assertion {
      /** That a job of this contract was sent; with data, one whose payload has at least these fields and values. */
      sent(job: AnyJob, data?: unknown): Assertion;
      /** That the delivery was acked; with a result, with this one. */
      acked(result?: unknown): Assertion;
      /** That the job is tried again; with a delay, after so many milliseconds. */
      retried(delayMs?: number): Assertion;
      /** That the job was put back without counting an attempt; with a delay, for so many milliseconds. */
      requeued(afterMs?: number): Assertion;
      /** That the job became a dead letter; with a reason, for this one, or one that matches. */
      deadLettered(reason?: string | RegExp): Assertion;
    }
  }
}

/**
 * A plugin for chai, with words for what was sent and for what {@link perform} resolves with.
 *
 * @example
 * chai.use(acktorChai);
 * expect(engine).to.have.sent(sendMail, { to: 'ann@example.org' });
 * expect(await perform(ChargeCard, chargeCard, data)).to.be.deadLettered(/no such limit/);
 */
export function acktorChai({ Assertion }: ChaiStatic): void {
  Assertion.addMethod('sent', function (given: unknown, data?: unknown) {
    const payloads = sentTo(this._obj, given, 'to.have.sent').map((sent) => sent.data);
    const job = given as AnyJob;
    const isSent = payloads.some((payload) => data === undefined || hasPart(payload, data));
    const wanted = data === undefined ? '' : ` with ${JSON.stringify(data)}`;
    this.assert(
      isSent,
      `expected a job ${job.name}${wanted} to be sent, got ${JSON.stringify(payloads)}`,
      `expected no job ${job.name}${wanted} to be sent`,
      data,
      payloads,
    );
  });
  const addEnd = (kind: Performed['kind'], fits: (outcome: Performed, wanted: unknown) => boolean) => {
    Assertion.addMethod(kind, function (wanted?: unknown) {
      const outcome = this._obj as Performed | undefined;
      const isSo = outcome?.kind === kind && (wanted === undefined || fits(outcome, wanted));
      const words = wanted === undefined ? kind : `${kind} with ${inspect(wanted)}`;
      this.assert(
        isSo,
        `expected the delivery to be ${words}, got #{act}`,
        `expected the delivery not to be ${words}`,
        wanted,
        outcome,
      );
    });
  };
  addEnd('acked', (outcome, result) => isDeepStrictEqual(Reflect.get(outcome, 'result'), result));
  addEnd('retried', (outcome, delayMs) => Reflect.get(outcome, 'delayMs') === delayMs);
  addEnd('requeued', (outcome, afterMs) => Reflect.get(outcome, 'afterMs') === afterMs);
  addEnd('deadLettered', (outcome, reason) => {
    const given = String(Reflect.get(outcome, 'reason'));
    return reason instanceof RegExp ? reason.test(given) : given === reason;
  });
}

/** What of chai the plugin uses, of whichever version. */
interface ChaiStatic {
  readonly Assertion: { addMethod(name: string, method: (this: AssertionInside, ...args: unknown[]) => void): void };
}

interface AssertionInside {
  readonly _obj: unknown;
  assert(isSo: boolean, message: string, negated: string, expected?: unknown, actual?: unknown): void;
}
