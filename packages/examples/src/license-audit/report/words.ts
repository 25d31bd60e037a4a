// Numbers and names as people read them.

/** `12.3 MB`, in steps of a thousand. */
export function sizeInWords(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`;
  const step = Math.min(Math.floor(Math.log10(sizeBytes) / 3), UNITS.length);
  return `${(sizeBytes / 1_000 ** step).toFixed(1)} ${UNITS[step - 1] ?? ''}`;
}

/** `1.2 s`, or `340 ms`. */
export function timeInWords(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** `name@version`; the name alone where there is no version. */
export function packageInWords({ name, version }: { readonly name: string; readonly version: string }): string {
  return version === '' ? name : `${name}@${version}`;
}

const UNITS = ['kB', 'MB', 'GB'];
