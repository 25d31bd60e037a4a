// How much memory a process takes.
import { readFile } from 'node:fs/promises';

/**
 * The most resident memory that this process ever had. From the kernel's account of this program where there is one: what
 * getrusage tells includes the parent's memory, which a child shares for a moment while it is born.
 */
export async function peakMemoryMb(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const peakKb = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
  return (peakKb === undefined ? process.resourceUsage().maxRSS : Number(peakKb)) / 1024;
}

/** What is alive on the heap and beside it, in KB, after a full garbage collection. Needs `--expose-gc`. */
export function liveMemoryKb(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
}
