// A link to a place of this page.
import type { ComponentProps } from 'react';
import { addressOf, type Place } from './route.js';

interface LinkProps extends Omit<ComponentProps<'a'>, 'href' | 'rest'> {
  readonly place: Place;
  readonly rest?: readonly string[];
  readonly filters?: Record<string, string | undefined>;
}

export function Link({ place, rest, filters, children, ...others }: LinkProps) {
  return (
    <a {...others} href={addressOf(place, rest, filters)}>
      {children}
    </a>
  );
}
