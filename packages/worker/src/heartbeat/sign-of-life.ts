// The main thread's sign of life, in memory that it shares with its heartbeat thread.

/** Memory for one sign, which counts as just given. */
export function newSign(): SharedArrayBuffer {
  const sign = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  giveSign(sign);
  return sign;
}

export function giveSign(sign: SharedArrayBuffer): void {
  Atomics.store(new BigInt64Array(sign), 0, process.hrtime.bigint());
}

/** How long ago the last sign was given. The clock is the machine's monotonic one, which all threads have alike: nobody sets it. */
export function msSinceSign(sign: SharedArrayBuffer): number {
  return Number((process.hrtime.bigint() - Atomics.load(new BigInt64Array(sign), 0)) / NS_PER_MS);
}

const NS_PER_MS = 1_000_000n;
