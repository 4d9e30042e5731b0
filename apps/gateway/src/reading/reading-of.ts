import type { Conduct } from '@annals/contracts';
import { type Asked, askedOf, conductOf } from '../conduct/conduct-of.js';

/**
 * That somebody reads about others, when the route's contract says that its answer holds their data; null for everything
 * else, and so for what people read about themselves.
 */
export function readingOf(asked: Asked, params: Readonly<Record<string, unknown>>): Conduct | null {
  const { discloses } = asked.destination;
  if (discloses === null || asked.exchange.request.method === 'HEAD') return null;
  if (discloses === 'many') return reading(asked, null, null);
  if ('thing' in discloses) return reading(asked, null, String(params[discloses.thing]).toLowerCase());
  const named = personNamed(asked, discloses.person, params);
  return named === null || named === asked.by.user_id ? null : reading(asked, named, null);
}

/** An answer was given, so the service took the parameter: it names one person, or was left out. */
function personNamed({ exchange }: Asked, name: string, params: Readonly<Record<string, unknown>>): string | null {
  const person = name in params ? String(params[name]) : new URLSearchParams(exchange.search).get(name);
  return person?.toLowerCase() ?? null;
}

function reading(asked: Asked, subject_id: string | null, thing_id: string | null): Conduct {
  const data = { ...askedOf(asked), subject_id, thing_id, times: 1 };
  return conductOf(asked, { type: 'PersonalDataRead', data });
}
