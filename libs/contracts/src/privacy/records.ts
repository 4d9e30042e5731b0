import { z } from 'zod';
import { allEvents } from '../all-events.js';
import type { EventContract } from '../event.js';
import { lawfulBases, personalDataCategories, purposes, type Purpose } from '../personal-data.js';
import { processings, securityMeasures, transfers } from './processings.js';

/** A field of an event that holds personal data. */
export const RecordedField = z.object({
  event: z.string(),
  /** Names with dots between; `*` is every element. */
  path: z.string(),
  category: z.enum(personalDataCategories),
  basis: z.enum(lawfulBases),
  /** ISO 8601 duration, or `account`: for as long as the account keeps the person. */
  retention: z.string(),
});
export type RecordedField = z.infer<typeof RecordedField>;

/** One processing, as Art. 30(1) GDPR wants it recorded. */
export const ProcessingRecord = z.object({
  purpose: z.enum(purposes),
  name: z.string(),
  description: z.string(),
  subjects: z.array(z.string()),
  categories: z.array(z.enum(personalDataCategories)),
  bases: z.array(z.enum(lawfulBases)),
  retention: z.array(z.string()),
  recipients: z.array(z.string()),
  transfers: z.string(),
  security: z.array(z.string()),
  fields: z.array(RecordedField),
  /** Personal data of this purpose that stands in no event. */
  besides: z.array(z.string()),
});
export type ProcessingRecord = z.infer<typeof ProcessingRecord>;

export const RecordsOfProcessing = z.object({ processings: z.array(ProcessingRecord) });
export type RecordsOfProcessing = z.infer<typeof RecordsOfProcessing>;

/** The records of processing as the contracts have it: a field that is marked today stands in them today. */
export function recordsOfProcessing(events: readonly EventContract[] = allEvents): ProcessingRecord[] {
  return purposes.map((purpose) => {
    const fields = fieldsOf(events, purpose);
    const { name, description, subjects, recipients, besides } = processings[purpose];
    return {
      ...{ purpose, name, description, subjects: [...subjects] },
      categories: distinct(fields.map(({ category }) => category)),
      bases: distinct(fields.map(({ basis }) => basis)),
      retention: distinct(fields.map(({ retention }) => retention)),
      ...{ recipients: [...recipients], transfers, security: [...securityMeasures], fields, besides: [...besides] },
    };
  });
}

const fieldsOf = (events: readonly EventContract[], purpose: Purpose): RecordedField[] =>
  events
    .flatMap(({ type, personalFields }) =>
      personalFields
        .filter(({ mark }) => mark.purpose === purpose)
        .map(({ path, mark: { category, basis, retention } }) => ({
          ...{ event: type, path: path.join('.'), category, basis, retention },
        })),
    )
    .sort((a, b) => (`${a.event} ${a.path}` < `${b.event} ${b.path}` ? -1 : 1));

const distinct = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort();
