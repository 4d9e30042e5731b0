import { Problem, type ProfileDocument, type RowRefusal } from '@annals/contracts';
import { keptFields } from '../profile/kept-fields.js';

export interface Keepable {
  /** Fields that are set and can be kept. */
  fields: ProfileDocument;
  refusals: RowRefusal[];
}

/** Of a row's profile what can be kept; one telephone number that cannot exist does not cost the rest. */
export function keepable(profile: ProfileDocument, now: string): Keepable {
  const fields = withoutNulls(profile);
  try {
    keptFields(fields, now);
    return { fields, refusals: [] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const wrong = new Set(error.fields.map(({ path }) => path.split('.')[0]));
    const rest = Object.entries(fields).filter(([name]) => !wrong.has(name));
    const refusals = error.fields.map(({ path, message }) => ({
      ...{ field: `profile.${path}`, code: error.code, detail: message },
    }));
    return { fields: Object.fromEntries(rest), refusals };
  }
}

/** What a row leaves empty it does not speak of. */
export const withoutNulls = <T extends object>(tree: T): T =>
  Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== null && value !== undefined)) as T;
