import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { askedFields, askerKeys, times } from '../conduct/asked.js';

/** Somebody was shown personal data of others. It is written before they see it. */
export const PersonalDataRead = event('PersonalDataRead', {
  category: 'reading',
  audit: { entity: 'PersonalData', action: 'INSERT', keys: askerKeys },
  data: z.object({
    ...askedFields,
    /** The person whose data it was; null where it was of several, or the path does not say whose. */
    subject_id: z.uuid().nullable(),
    /** The thing that was asked for, where it is not a person. */
    thing_id: z.uuid().nullable(),
    times,
  }),
});

export const readingEvents = [PersonalDataRead] as const;

export type ReadingEvent = EventOf<typeof PersonalDataRead>;
