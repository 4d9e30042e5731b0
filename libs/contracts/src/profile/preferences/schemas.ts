import { z } from 'zod';
import { pii, type PersonalDataCategory } from '../../personal-data.js';
import { languageTag, timeZone } from '../timezone.js';

const personal = <S extends z.ZodType>(schema: S, category: PersonalDataCategory): S =>
  pii(schema, { category, purpose: 'preferences', basis: 'contract', retention: 'account' });

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour like #1a2b3c');
const Theme = z.strictObject({
  mode: z.enum(['light', 'dark', 'system']).default('system'),
  primary_color: color.nullable().default(null),
  accent_color: color.nullable().default(null),
  font: z.enum(['system', 'sans', 'serif', 'mono', 'dyslexic']).default('system'),
});

const frequency = z.enum(['immediate', 'hourly', 'daily', 'weekly', 'never']);
/** How often one channel may speak about each category. */
const channel = (usual: z.infer<typeof frequency>) =>
  z
    .strictObject({
      security: frequency.default('immediate'),
      account: frequency.default(usual),
      activity: frequency.default(usual),
      marketing: frequency.default('never'),
    })
    .prefault({});
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 22:30');
const Notifications = z.strictObject({
  email: channel('daily'),
  push: channel('immediate'),
  sms: channel('never'),
  in_app: channel('immediate'),
  /** In the person's own time zone; may run over midnight. Null: any time is fine. */
  quiet_hours: z.strictObject({ from: clock, to: clock }).nullable().default(null),
});

const Accessibility = z.strictObject({
  high_contrast: z.boolean().default(false),
  reduced_motion: z.boolean().default(false),
  screen_reader: z.boolean().default(false),
  captions: z.boolean().default(false),
  /** Factor on the usual text size. */
  text_scale: z.number().min(0.5).max(3).default(1),
});

/** The one list of preferences; every other schema is derived from it. Accessibility needs say something about health. */
export const preferenceFields = {
  theme: Theme,
  language: personal(languageTag, 'identity'),
  locale: personal(languageTag, 'location'),
  timezone: personal(timeZone, 'location'),
  date_format: z.enum(['locale', 'YYYY-MM-DD', 'DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY']),
  time_format: z.enum(['locale', '24h', '12h']),
  notifications: personal(Notifications, 'content'),
  accessibility: personal(Accessibility, 'special'),
};
export type PreferenceField = keyof typeof preferenceFields;
export const preferenceFieldNames = Object.keys(preferenceFields) as PreferenceField[];

/** Any of them; null and absent both mean "the default". The body of PUT and the data of `PreferencesUpdated`. */
export const PreferencesDocument = z.strictObject({
  theme: preferenceFields.theme.nullish(),
  language: preferenceFields.language.nullish(),
  locale: preferenceFields.locale.nullish(),
  timezone: preferenceFields.timezone.nullish(),
  date_format: preferenceFields.date_format.nullish(),
  time_format: preferenceFields.time_format.nullish(),
  notifications: preferenceFields.notifications.nullish(),
  accessibility: preferenceFields.accessibility.nullish(),
});
export type PreferencesDocument = z.infer<typeof PreferencesDocument>;

const patched = (schema: z.ZodObject) =>
  z.strictObject(Object.fromEntries(Object.keys(schema.shape).map((key) => [key, z.unknown().optional()]))).nullish();

/** JSON merge patch (RFC 7396): null goes back to the default, objects merge key by key and are checked once merged. */
export const PreferencesPatch = PreferencesDocument.extend({
  theme: patched(Theme),
  notifications: patched(Notifications),
  accessibility: patched(Accessibility),
});
export type PreferencesPatch = z.infer<typeof PreferencesPatch>;

/** What holds while nothing is chosen. */
export const defaultPreferences = {
  theme: Theme.parse({}),
  language: 'en',
  locale: 'en-US',
  timezone: 'UTC',
  date_format: 'locale',
  time_format: 'locale',
  notifications: Notifications.parse({}),
  accessibility: Accessibility.parse({}),
} as const;

/** A person's preferences in one account: every field is present. */
export const Preferences = z.object({
  user_id: z.uuid(),
  account_id: z.uuid(),
  ...preferenceFields,
  /** Null while all of it is default. */
  updated_at: z.iso.datetime().nullable(),
});
export type Preferences = z.infer<typeof Preferences>;
