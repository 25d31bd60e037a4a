// A button of this page.
import type { ComponentProps } from 'react';

interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  /** `strong` for what a view is for, `grave` for what cannot be undone. Default `plain`. */
  readonly look?: 'plain' | 'strong' | 'grave';
}

export function Button({ look = 'plain', type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={`button button-${look}`} />;
}
