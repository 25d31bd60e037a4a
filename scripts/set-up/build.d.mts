export function sweepOutput(root: string): void;
