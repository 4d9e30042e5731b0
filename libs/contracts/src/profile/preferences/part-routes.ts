import { z } from 'zod';
import { route } from '../../route.js';
import { AccessibilityChoices } from './accessibility.js';
import { LocalizationChoices } from './localization.js';
import { NotificationChoices } from './notifications.js';
import {
  AccessibilityPreferences,
  LocalizationPreferences,
  NotificationPreferences,
  ThemePreferences,
} from './schemas.js';
import { ThemeChoices } from './theme.js';

/** Reading, replacing and patching one part; the other parts stay as they are, the revision is that of all of them. */
function partRoutes<D extends z.ZodType, A extends z.ZodType>(name: string, body: D, answer: A) {
  const part = name.toLowerCase();
  const own = {
    owner: 'profile',
    access: { kind: 'user' },
    tag: 'Preferences',
    path: `/users/preferences/${part}`,
    responses: { 200: answer },
  } as const;
  return {
    get: route(`get${name}Preferences`, {
      ...own,
      method: 'GET',
      summary: `The part ${part} of your preferences as it is in force`,
      query: z.strictObject({ explain: z.enum(['true', 'false']).default('false') }),
    }),
    replace: route(`replace${name}Preferences`, {
      ...own,
      method: 'PUT',
      summary: `Replace your choices of the part ${part} and leave the others`,
      body,
      ifMatch: 'optional',
    }),
    patch: route(`patch${name}Preferences`, {
      ...own,
      method: 'PATCH',
      summary: `Change some of the part ${part} by JSON merge patch (RFC 7396): null goes back to the default`,
      body,
      ifMatch: 'optional',
    }),
  };
}

export const themePreferencesRoutes = partRoutes('Theme', ThemeChoices, ThemePreferences);
export const localizationPreferencesRoutes = partRoutes('Localization', LocalizationChoices, LocalizationPreferences);
export const notificationPreferencesRoutes = partRoutes('Notifications', NotificationChoices, NotificationPreferences);
export const accessibilityPreferencesRoutes = partRoutes(
  'Accessibility',
  AccessibilityChoices,
  AccessibilityPreferences,
);

const listed = <G, R, P>({ get, replace, patch }: { get: G; replace: R; patch: P }) => [get, replace, patch] as const;

export const preferencesPartRoutes = [
  ...listed(themePreferencesRoutes),
  ...listed(localizationPreferencesRoutes),
  ...listed(notificationPreferencesRoutes),
  ...listed(accessibilityPreferencesRoutes),
] as const;
