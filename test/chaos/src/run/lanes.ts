// A scenario's runs, divided among trials that go on at the same time.
import type { Figure } from '../checker/figures.js';
import type { Finding } from '../scenarios/scenario.js';

/** How many of the runs each lane gets; none gets nothing. */
export function shares(runs: number, lanes: number): readonly number[] {
  const least = Math.floor(runs / lanes);
  const all = Array.from({ length: lanes }, (_, lane) => least + (lane < runs % lanes ? 1 : 0));
  return all.filter((share) => share > 0);
}

/** What all lanes found; samples of one figure are put together. */
export function merged(findings: readonly Finding[]): Required<Finding> {
  const figures = new Map<string, Figure>();
  for (const figure of findings.flatMap((finding) => finding.figures ?? [])) {
    const samples = [...(figures.get(figure.name)?.samples ?? []), ...figure.samples];
    figures.set(figure.name, { ...figure, samples });
  }
  return {
    figures: [...figures.values()],
    violations: findings.flatMap(({ violations }) => violations),
    remarks: [...new Set(findings.flatMap(({ remarks = [] }) => remarks))],
  };
}
