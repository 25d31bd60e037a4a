export interface ExpandedScript {
  readonly name: string;
  readonly header: { readonly keys: readonly string[]; readonly needsMemory: boolean };
  readonly lines: readonly { readonly text: string; readonly file: string; readonly line: number }[];
}
export function expandScript(folder: string, name: string, protocol: Readonly<Record<string, unknown>>): ExpandedScript;
