import { z } from 'zod';
import { pii, type PersonalDataCategory } from '../../personal-data.js';
import { Accessibility, AccessibilityChoices, AccessibilitySources, defaultAccessibility } from './accessibility.js';
import { defaultLocalization, Localization, LocalizationChoices, LocalizationSources } from './localization.js';
import * as notifications from './notifications.js';
import { defaultTheme, Theme, ThemeChoices, ThemeSources } from './theme.js';

const personal = <S extends z.ZodType>(schema: S, category: PersonalDataCategory): S =>
  pii(schema, { category, purpose: 'preferences', basis: 'contract', retention: 'account' });

/** Everything of an account's defaults: nobody's own, so nothing in it is personal. */
export const AccountPreferencesDocument = z.strictObject({
  ...LocalizationChoices.shape,
  theme: ThemeChoices.nullish(),
  notifications: notifications.AccountNotificationChoices.nullish(),
  accessibility: AccessibilityChoices.nullish(),
});
export type AccountPreferencesDocument = z.infer<typeof AccountPreferencesDocument>;

/**
 * Any choices of a person; at every depth, null and absent both mean "as it is without a choice". The body of PUT and
 * PATCH and the data of `PreferencesUpdated`. What somebody needs of accessibility says something about their health.
 */
export const PreferencesDocument = z.strictObject({
  ...LocalizationChoices.shape,
  language: personal(LocalizationChoices.shape.language.clone(), 'identity'),
  locale: personal(LocalizationChoices.shape.locale.clone(), 'location'),
  timezone: personal(LocalizationChoices.shape.timezone.clone(), 'location'),
  theme: ThemeChoices.nullish(),
  notifications: personal(notifications.NotificationChoices.nullish(), 'content'),
  accessibility: personal(AccessibilityChoices.nullish(), 'special'),
});
export type PreferencesDocument = z.infer<typeof PreferencesDocument>;
export type PreferenceField = keyof PreferencesDocument;
export const preferenceFieldNames = Object.keys(PreferencesDocument.shape) as PreferenceField[];

const values = {
  ...Localization.shape,
  ...{ theme: Theme, notifications: notifications.Notifications, accessibility: Accessibility },
};
/** What is in force: every field is present. */
export const EffectivePreferences = z.object(values);
export type EffectivePreferences = z.infer<typeof EffectivePreferences>;

/** What holds while neither the person nor the account has chosen. */
export const defaultPreferences: EffectivePreferences = {
  ...defaultLocalization,
  ...{ theme: defaultTheme, notifications: notifications.defaultNotifications, accessibility: defaultAccessibility },
};

export const PreferenceSources = z.object({
  ...LocalizationSources.shape,
  ...{ theme: ThemeSources, notifications: notifications.NotificationSources, accessibility: AccessibilitySources },
});
export type PreferenceSources = z.infer<typeof PreferenceSources>;

/** Null while nothing was ever chosen. */
const updated_at = z.iso.datetime().nullable();

/** A person's preferences in one account, as they are in force. */
export const Preferences = z.object({
  user_id: z.uuid(),
  account_id: z.uuid(),
  ...values,
  language: personal(values.language.clone(), 'identity'),
  locale: personal(values.locale.clone(), 'location'),
  timezone: personal(values.timezone.clone(), 'location'),
  notifications: personal(values.notifications.clone(), 'content'),
  accessibility: personal(values.accessibility.clone(), 'special'),
  /** Of the person's own choices. */
  updated_at,
  /** With `explain=true` alone. */
  sources: PreferenceSources.optional(),
});
export type Preferences = z.infer<typeof Preferences>;

/** What holds in an account for whoever has not chosen. */
export const AccountPreferences = z.object({
  account_id: z.uuid(),
  ...values,
  updated_at,
  sources: PreferenceSources.optional(),
});
export type AccountPreferences = z.infer<typeof AccountPreferences>;

/** One part of a person's preferences, as it is in force; the revision is that of all of them. */
const part = <V extends z.ZodRawShape, S extends z.ZodObject>(shape: V, sources: S) =>
  z.object({ ...shape, updated_at, sources: sources.optional() });

export const ThemePreferences = part(Theme.shape, ThemeSources);
export const LocalizationPreferences = part(Localization.shape, LocalizationSources);
export const NotificationPreferences = part(notifications.Notifications.shape, notifications.NotificationSources);
export const AccessibilityPreferences = part(Accessibility.shape, AccessibilitySources);
