// How long deliveries of each job usually take, learnt from those that the page saw end.

const kept = 256;
const enough = 20;

export class UsualDurations {
  private readonly samples = new Map<string, number[]>();
  private readonly p99s = new Map<string, number>();

  add(jobName: string, durationMs: number): void {
    const samples = this.samples.get(jobName) ?? [];
    this.samples.set(jobName, samples);
    samples.push(durationMs);
    if (samples.length > kept) samples.shift();
    this.p99s.delete(jobName);
  }

  /** In milliseconds; undefined until enough were seen to say. */
  p99Ms(jobName: string): number | undefined {
    const known = this.p99s.get(jobName);
    if (known !== undefined) return known;
    const samples = this.samples.get(jobName);
    if (samples === undefined || samples.length < enough) return undefined;
    const sorted = samples.toSorted((left, right) => left - right);
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
    this.p99s.set(jobName, p99);
    return p99;
  }
}
