// Reads Prometheus' text format: each sample's value by its name and labels, as they are written.

export function readMetrics(text: string): ReadonlyMap<string, number> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** The names of all samples. */
export function namesIn(text: string): ReadonlySet<string> {
  return new Set([...readMetrics(text).keys()].map((sample) => sample.split('{', 1)[0] ?? sample));
}
