export function isStamped(file: string, hash: string): boolean;
export function writeStamp(file: string, hash: string): void;
export function hashOfFile(file: string): string;
export function hashOfTree(root: string, paths: readonly string[], pattern: RegExp): string;
