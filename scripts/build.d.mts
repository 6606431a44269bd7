export function buildIfStale(tell: (line: string) => void): Promise<boolean>;
