export function laneCount(): number;
export function stallMs(): number;
export function everyFolder(root: string): readonly string[];
export function divide(patterns: readonly string[], count: number): readonly (readonly string[])[];
export function runLanes(
  program: string,
  lanes: readonly (readonly string[])[],
  options: readonly string[],
): Promise<number>;
