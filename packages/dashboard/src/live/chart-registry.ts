// The charts of the machines that workers run on, each laid out once.
import type { MachineDefinition } from '@acktor/core/engine';
import type { ChartView } from '../protocol/chart-view.js';

export interface ChartRegistryDeps {
  /** Those that are there from the first. */
  readonly first: readonly ChartView[];
  machine(machineId: string): Promise<MachineDefinition | undefined>;
  draw(machine: MachineDefinition): Promise<ChartView>;
  /** Told when charts are there that were not before, or look otherwise now. */
  onChart(): void;
  onFailure(machineId: string, error: unknown): void;
}

export class ChartRegistry {
  readonly #deps: ChartRegistryDeps;
  readonly #charts: Map<string, ChartView>;
  /** The machines that workers have said. */
  readonly #said = new Set<string>();
  readonly #askedAtMs = new Map<string, number>();

  constructor(deps: ChartRegistryDeps) {
    this.#deps = deps;
    this.#charts = new Map(deps.first.map((chart) => [chart.machineId, chart]));
  }

  all(): readonly ChartView[] {
    return [...this.#charts.values()];
  }

  /** Sees that these charts come. One that could not be had is asked for again, after a while. */
  async want(machineIds: Iterable<string>, nowMs: number): Promise<void> {
    const missing = [...new Set(machineIds)].filter((id) => this.#isToBeAsked(id, nowMs));
    for (const id of missing) this.#askedAtMs.set(id, nowMs);
    const fetched = await Promise.all(missing.map((id) => this.#fetch(id)));
    if (fetched.includes(true)) this.#deps.onChart();
  }

  #isToBeAsked(machineId: string, nowMs: number): boolean {
    const isKnown = this.#said.has(machineId) || this.#charts.size >= MOST_CHARTS;
    return !isKnown && nowMs - (this.#askedAtMs.get(machineId) ?? -Infinity) >= RETRY_MS;
  }

  /** Whether there is a chart now that was not there before. */
  async #fetch(machineId: string): Promise<boolean> {
    try {
      const machine = await this.#deps.machine(machineId);
      return machine !== undefined && this.#keep(machineId, await this.#deps.draw(machine));
    } catch (error) {
      this.#deps.onFailure(machineId, error);
      return false;
    }
  }

  #keep(machineId: string, chart: ChartView): boolean {
    const before = this.#charts.get(machineId);
    this.#said.add(machineId);
    this.#charts.set(machineId, chart);
    return chart !== before;
  }
}

/** Whoever can write to the server can register charts: not without end. */
const MOST_CHARTS = 100;
const RETRY_MS = 2_000;
