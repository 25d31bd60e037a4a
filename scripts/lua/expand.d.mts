export interface ExpandedScript {
  readonly name: string;
  readonly header: {
    readonly keys: readonly string[];
    readonly roles: readonly string[];
    readonly needsMemory: boolean;
  };
  readonly lines: readonly ScriptLine[];
}
export interface ScriptLine {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly goesOnWithout: boolean;
}
export function commandsIn(lines: readonly ScriptLine[]): readonly string[];
export function expandScript(folder: string, name: string, protocol: Readonly<Record<string, unknown>>): ExpandedScript;
