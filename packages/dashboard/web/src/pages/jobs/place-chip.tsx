// Where a job is: a mark with its name.
import type { JobPlace } from '#protocol/requests.js';
import { placeNames, placeTones } from './places.js';

export function PlaceChip({ place }: { readonly place: JobPlace }) {
  return (
    <span className="place">
      <span className={`mark tone-${placeTones[place]}`} aria-hidden /> {placeNames[place]}
    </span>
  );
}
