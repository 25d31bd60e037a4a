// One liveness of several: of queues that lie on different servers.
import { ConnectionLostError } from './broker-errors.js';
import type { FleetLine } from '../fleet/fleet-line.js';
import { joinedReport } from './joined-report.js';
import type { Liveness, ReapReport, ReapRules } from './liveness.js';

/**
 * Asks all of them, and has every answer before it tells of a failure. A server that hangs is not waited for: the leases of the
 * others would expire meanwhile.
 */
export class JointLiveness implements Liveness {
  readonly fleetLine: FleetLine;
  readonly #pulses: readonly Liveness[];
  readonly #hanging = new Set<Liveness>();

  /** @param first speaks for the process where it does not matter which server hears it. */
  constructor(first: Liveness, others: readonly Liveness[]) {
    this.fleetLine = first.fleetLine;
    this.#pulses = [first, ...others];
  }

  async testPresence(): Promise<boolean> {
    return (await this.#all((liveness) => liveness.testPresence())).every((hasPresence) => hasPresence);
  }

  async appear(...listeners: Parameters<Liveness['appear']>): Promise<void> {
    await this.#all((liveness) => liveness.appear(...listeners));
  }

  async renewAll(leaseMs: number): Promise<void> {
    await allEnded(this.#askInTime((liveness) => liveness.renewAll(leaseMs)));
  }

  async reap(rules: ReapRules): Promise<ReapReport> {
    return joinedReport(await Promise.allSettled(this.#askInTime((liveness) => liveness.reap(rules))));
  }

  async hasOtherNextDue(): Promise<boolean> {
    const answers = await Promise.allSettled(this.#askInTime((liveness) => liveness.hasOtherNextDue()));
    return answers.some((answer) => answer.status === 'fulfilled' && answer.value);
  }

  async close(): Promise<void> {
    await this.#all((liveness) => liveness.close());
  }

  #askInTime<Answer>(ask: (liveness: Liveness) => Promise<Answer>): readonly Promise<Answer>[] {
    return this.#pulses.map(async (liveness) => {
      if (this.#hanging.has(liveness)) throw new ConnectionLostError();
      this.#hanging.add(liveness);
      return before(
        PATIENCE_MS,
        ask(liveness).finally(() => this.#hanging.delete(liveness)),
      );
    });
  }

  #all<Answer>(ask: (liveness: Liveness) => Promise<Answer>): Promise<readonly Answer[]> {
    return allEnded(this.#pulses.map(ask));
  }
}

async function allEnded<Answer>(asked: readonly Promise<Answer>[]): Promise<readonly Answer[]> {
  await Promise.allSettled(asked);
  return Promise.all(asked);
}

/** Short beside a lease, long beside an answer. */
const PATIENCE_MS = 1_000;

function before<Answer>(limitMs: number, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ConnectionLostError()), limitMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
