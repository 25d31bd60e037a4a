// Where and with what the figures were made: they mean nothing without.
import { cpus, release, totalmem, type } from 'node:os';
import { ensureServerBinary } from '@acktor/core/internal';

export type Surroundings = Readonly<Record<string, string>>;

export async function surroundings(): Promise<Surroundings> {
  const { kind, version } = await ensureServerBinary();
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    runtime: `Node ${process.versions.node}`,
    server: `${kind} ${version}`,
  };
}
