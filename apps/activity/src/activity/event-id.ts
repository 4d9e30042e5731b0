import { Problem } from '@annals/contracts';
import { type Place } from './walk-entries.js';

/** `Last-Event-ID` of the live stream: a place in a log. It gives no access to anything. */
export const eventIdOf = (place: Place): string => place.join('-');

const form = /^(\d{1,18})-(\d{1,18})-(\d{1,9})$/;

/** @throws Problem 400 `event-id-invalid` */
export function placeOfEventId(id: string): Place {
  const match = form.exec(id);
  if (!match) throw new Problem(400, 'event-id-invalid', 'The Last-Event-ID is of no event of this stream');
  return [match[1]!, match[2]!, match[3]!];
}
