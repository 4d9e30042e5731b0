import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { personalAddress, personalCountry, personalDevice, personalTravel } from '../personal.js';

const ids = { session_id: z.uuid(), user_id: z.uuid() };
const security = {
  category: 'session',
  subject: 'user_id',
  audit: { entity: 'Session', action: 'UPDATE', keys: ['session_id', 'user_id'] },
} as const;

/** Somebody who had signed in before did so on a device that was not known. */
export const NewDeviceSeen = event('NewDeviceSeen', {
  ...security,
  data: z.object({
    ...ids,
    device_id: z.uuid(),
    device_name: personalDevice(),
    user_agent: personalDevice(),
    ip_address: personalAddress(),
  }),
});

/** Somebody signed in from a country where they had not been within the last year. */
export const NewCountrySeen = event('NewCountrySeen', {
  ...security,
  data: z.object({ ...ids, country: personalCountry(), ip_address: personalAddress() }),
});

/** Somebody signed in from farther away than anybody travels since their last sign-in. */
export const ImpossibleTravelSeen = event('ImpossibleTravelSeen', {
  ...security,
  data: z.object({ ...ids, travel: personalTravel(), ip_address: personalAddress() }),
});

/** A refresh token that had been exchanged came again, so two hold it: the session ends with this. */
export const RefreshTokenReplayed = event('RefreshTokenReplayed', {
  ...security,
  data: z.object({
    ...ids,
    /** It came soon enough to be a repetition, but from another network than the one it was exchanged from. */
    other_network: z.boolean(),
    ip_address: personalAddress(),
    user_agent: personalDevice(),
  }),
});

export const suspicionEvents = [NewDeviceSeen, NewCountrySeen, ImpossibleTravelSeen, RefreshTokenReplayed] as const;

export type SuspicionEvent =
  | EventOf<typeof NewDeviceSeen>
  | EventOf<typeof NewCountrySeen>
  | EventOf<typeof ImpossibleTravelSeen>
  | EventOf<typeof RefreshTokenReplayed>;
