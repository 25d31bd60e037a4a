// One pulse of several: of queues that lie on different servers.
import { ConnectionLostError } from '../redis/redis-errors.js';
import type { FleetLine } from '../fleet/fleet-line.js';
import type { CancelRequest, Pulse, ReapReport, ReapRules } from './pulse.js';

/**
 * Asks all of them, and has every answer before it tells of a failure. A server that hangs is not waited for: the leases of the
 * others would expire meanwhile.
 */
export class JointPulse implements Pulse {
  readonly fleetLine: FleetLine;
  readonly #pulses: readonly Pulse[];
  readonly #hanging = new Set<Pulse>();

  /** @param first speaks for the process where it does not matter which server hears it. */
  constructor(first: Pulse, others: readonly Pulse[]) {
    this.fleetLine = first.fleetLine;
    this.#pulses = [first, ...others];
  }

  async testPresence(): Promise<boolean> {
    return (await this.#all((pulse) => pulse.testPresence())).every((hasPresence) => hasPresence);
  }

  async appear(onCancel: (request: CancelRequest) => void): Promise<void> {
    await this.#all((pulse) => pulse.appear(onCancel));
  }

  async renewAll(leaseMs: number): Promise<void> {
    await this.#allInTime((pulse) => pulse.renewAll(leaseMs));
  }

  async reap(rules: ReapRules): Promise<ReapReport> {
    const reports = await this.#allInTime((pulse) => pulse.reap(rules));
    return {
      hasSuspects: reports.some(({ hasSuspects }) => hasSuspects),
      active: reports.reduce((sum, { active }) => sum + active, 0),
      returnedJobIds: reports.flatMap(({ returnedJobIds }) => returnedJobIds),
      hasForgotten: reports.some(({ hasForgotten }) => hasForgotten),
    };
  }

  async close(): Promise<void> {
    await this.#all((pulse) => pulse.close());
  }

  #allInTime<Answer>(ask: (pulse: Pulse) => Promise<Answer>): Promise<readonly Answer[]> {
    return this.#all(async (pulse) => {
      if (this.#hanging.has(pulse)) throw new ConnectionLostError();
      this.#hanging.add(pulse);
      return before(
        PATIENCE_MS,
        ask(pulse).finally(() => this.#hanging.delete(pulse)),
      );
    });
  }

  async #all<Answer>(ask: (pulse: Pulse) => Promise<Answer>): Promise<readonly Answer[]> {
    const asked = this.#pulses.map(ask);
    await Promise.allSettled(asked);
    return Promise.all(asked);
  }
}

/** Short beside a lease, long beside an answer. */
const PATIENCE_MS = 1_000;

function before<Answer>(limitMs: number, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ConnectionLostError()), limitMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
