// One state of a chart: a box with its name, how many are in it, and how long they stay.
import { useId, type KeyboardEvent } from 'react';
import type { StateBox } from '#protocol/chart-view.js';
import { toneOf } from '../theme/palette.js';

interface StateDrawingProps {
  readonly box: StateBox;
  readonly figure?: string | undefined;
  /** Lower right: the time in the state. */
  readonly time?: string | undefined;
  /** Upper right: what is unusual in it. */
  readonly note?: string | undefined;
  /** The share of all that is here, 0 to 1: the fill's height. Default 0. */
  readonly share?: number;
  /** How long they stay, 0 to 1: the fill's strength. Default 0. */
  readonly heat?: number;
  /** `path`: it is part of the path that is shown. */
  readonly look: 'empty' | 'filled' | 'active' | 'dim' | 'path';
  /** All of it in words. */
  readonly label: string;
  readonly isChosen?: boolean;
  readonly onChoose?: (() => void) | undefined;
  /** Called when the pointer or the keyboard comes to the state, and when it leaves. */
  readonly onPoint?: ((isHere: boolean) => void) | undefined;
}

const corner = 10;

export function StateDrawing(props: StateDrawingProps) {
  const { box, look, label, isChosen = false, onChoose, onPoint } = props;
  const classes = [
    'state',
    `state-${look}`,
    `tone-${toneOf(box.state)}`,
    box.kind === 'atomic' ? '' : `state-${box.kind}`,
  ];
  const choosing =
    onChoose === undefined
      ? { role: 'img' }
      : { role: 'button', tabIndex: 0, 'aria-pressed': isChosen, onClick: onChoose, onKeyDown: onKeys(onChoose) };
  return (
    <g className={`${classes.join(' ')}${isChosen ? ' state-chosen' : ''}`} transform={`translate(${box.x} ${box.y})`}>
      <g
        {...choosing}
        {...pointing(onPoint)}
        className="state-box"
        aria-label={label}
        aria-description={box.description}
      >
        <rect className="state-ground" width={box.width} height={box.height} rx={corner} />
        <Fill {...props} />
        <rect className="state-edge" width={box.width} height={box.height} rx={corner} />
      </g>
      <Texts {...props} />
    </g>
  );
}

/** A level in the box, as in a vessel. */
function Fill({ box, share = 0, heat = 0 }: StateDrawingProps) {
  const clip = useId();
  const height = box.height * share;
  return (
    <>
      <clipPath id={clip}>
        <rect width={box.width} height={box.height} rx={corner} />
      </clipPath>
      <g clipPath={`url(#${clip})`}>
        <rect className="state-tint" width={box.width} height={box.height} />
        <rect
          className="state-fill"
          width={box.width}
          height={box.height}
          style={{ transform: `translateY(${box.height - height}px)`, opacity: 0.14 + 0.26 * heat }}
        />
      </g>
    </>
  );
}

function Texts({ box, figure, time, note }: StateDrawingProps) {
  const isPlain = figure === undefined && time === undefined;
  const isWide = box.kind === 'compound' || box.kind === 'parallel';
  const nameY = isPlain && !isWide ? box.height / 2 + 4 : 20;
  const figureY = isWide ? 20 : box.height - 13;
  return (
    // Screen readers have it from the box's label.
    <g aria-hidden className="state-texts">
      <text className="state-name" x={12} y={box.kind === 'final' ? box.height / 2 + 4 : nameY}>
        {box.name}
      </text>
      <text className={isWide ? 'state-figure-small' : 'state-figure'} {...figurePosition(box, figureY)}>
        {figure}
      </text>
      {isWide ? null : (
        <text className="state-time" x={box.width - 12} y={box.height - 14}>
          {time}
        </text>
      )}
      {isWide ? null : (
        <text className="state-note" x={box.width - 10} y={20}>
          {note}
        </text>
      )}
    </g>
  );
}

function figurePosition({ kind, width, height }: StateBox, y: number) {
  if (kind === 'final') return { x: width - 12, y: height / 2 + 7, textAnchor: 'end' as const };
  return kind === 'atomic' ? { x: 12, y } : { x: width - 12, y, textAnchor: 'end' as const };
}

function pointing(onPoint: StateDrawingProps['onPoint']) {
  if (onPoint === undefined) return {};
  const [come, go] = [() => onPoint(true), () => onPoint(false)];
  return { onPointerEnter: come, onPointerLeave: go, onFocus: come, onBlur: go };
}

function onKeys(choose: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
}
