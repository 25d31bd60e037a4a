// The charts of the machines that workers run on, each laid out once.
import type { MachineDefinition } from '@acktor/core/engine';
import type { ChartView } from '../protocol/chart-view.js';

export interface ChartRegistryDeps {
  /** Charts that are known from the start. */
  readonly first: readonly ChartView[];
  machine(machineId: string): Promise<MachineDefinition | undefined>;
  draw(machine: MachineDefinition): Promise<ChartView>;
  /** Called when there are charts that were not there before, or that look different now. */
  onChart(): void;
  onFailure(machineId: string, error: unknown): void;
}

export class ChartRegistry {
  readonly #deps: ChartRegistryDeps;
  readonly #charts: Map<string, ChartView>;
  /** The machines whose definition came from a worker. */
  readonly #fetched = new Set<string>();
  readonly #triedAtMs = new Map<string, number>();

  constructor(deps: ChartRegistryDeps) {
    this.#deps = deps;
    this.#charts = new Map(deps.first.map((chart) => [chart.machineId, chart]));
  }

  all(): readonly ChartView[] {
    return [...this.#charts.values()];
  }

  /** Fetches those of these charts that are missing. One that could not be fetched is tried again after a while. */
  async fetchMissing(machineIds: Iterable<string>, nowMs: number): Promise<void> {
    const missing = [...new Set(machineIds)].filter((id) => this.#isDue(id, nowMs));
    for (const id of missing) this.#triedAtMs.set(id, nowMs);
    const fetched = await Promise.all(missing.map((id) => this.#fetch(id)));
    if (fetched.includes(true)) this.#deps.onChart();
  }

  #isDue(machineId: string, nowMs: number): boolean {
    const isKnown = this.#fetched.has(machineId) || this.#charts.size >= MOST_CHARTS;
    return !isKnown && nowMs - (this.#triedAtMs.get(machineId) ?? -Infinity) >= RETRY_MS;
  }

  /** Resolves with whether there is a chart now that was not there before. */
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
    this.#fetched.add(machineId);
    this.#charts.set(machineId, chart);
    return chart !== before;
  }
}

/** Every client of the server can register machines: their number needs a bound. */
const MOST_CHARTS = 100;
const RETRY_MS = 2_000;
