// One pulse of several: of queues that lie on different servers.
import { ConnectionLostError } from './broker-errors.js';
import type { FleetLine } from '../fleet/fleet-line.js';
import { joinedReport } from './joined-report.js';
import type { Pulse, ReapReport, ReapRules } from './pulse.js';

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

  async appear(...listeners: Parameters<Pulse['appear']>): Promise<void> {
    await this.#all((pulse) => pulse.appear(...listeners));
  }

  async renewAll(leaseMs: number): Promise<void> {
    await allEnded(this.#askInTime((pulse) => pulse.renewAll(leaseMs)));
  }

  async reap(rules: ReapRules): Promise<ReapReport> {
    return joinedReport(await Promise.allSettled(this.#askInTime((pulse) => pulse.reap(rules))));
  }

  async hasOtherNextDue(): Promise<boolean> {
    const answers = await Promise.allSettled(this.#askInTime((pulse) => pulse.hasOtherNextDue()));
    return answers.some((answer) => answer.status === 'fulfilled' && answer.value);
  }

  async close(): Promise<void> {
    await this.#all((pulse) => pulse.close());
  }

  #askInTime<Answer>(ask: (pulse: Pulse) => Promise<Answer>): readonly Promise<Answer>[] {
    return this.#pulses.map(async (pulse) => {
      if (this.#hanging.has(pulse)) throw new ConnectionLostError();
      this.#hanging.add(pulse);
      return before(
        PATIENCE_MS,
        ask(pulse).finally(() => this.#hanging.delete(pulse)),
      );
    });
  }

  #all<Answer>(ask: (pulse: Pulse) => Promise<Answer>): Promise<readonly Answer[]> {
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
