// Which BullMQ the scripts are of.
import { createRequire } from 'node:module';

/** The version of the installed BullMQ, such as `6.7.0`. */
export function bullmqVersion(): string {
  const { version } = createRequire(import.meta.url)('bullmq/package.json') as { readonly version: string };
  return version;
}
