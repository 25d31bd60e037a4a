export function fillPart(page: string, name: string, content: string): string;
