export interface Part {
  readonly name: string;
  readonly content: string;
  readonly isCode?: boolean;
}

export function fillPart(page: string, part: Part): string;
