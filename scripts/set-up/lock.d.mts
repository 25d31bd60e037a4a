export function withLock<Result>(root: string, work: () => Promise<Result>): Promise<Result>;
