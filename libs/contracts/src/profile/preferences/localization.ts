import { z } from 'zod';
import { languageTag, timeZone } from '../timezone.js';
import { choices, sources } from './choices.js';

/** `locale` leaves a format to the conventions of the locale (Unicode CLDR). */
export const localization = {
  /** Of texts. */
  language: languageTag,
  /** Of formats: dates, numbers, units. */
  locale: languageTag,
  timezone: timeZone,
  date_format: z.enum(['locale', 'YYYY-MM-DD', 'DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY']),
  time_format: z.enum(['locale', '24h', '12h']),
  first_day_of_week: z.enum(['locale', 'monday', 'friday', 'saturday', 'sunday']),
  number_format: z.enum(['locale', '1,234.56', '1.234,56', '1 234,56', "1'234.56", '12,34,567.89']),
  measurement_system: z.enum(['locale', 'metric', 'us', 'uk']),
};
export type LocalizationField = keyof typeof localization;
export const localizationFieldNames = Object.keys(localization) as LocalizationField[];

export const Localization = z.object(localization);
export const LocalizationChoices = choices(localization);
export const LocalizationSources = sources(localization);

export const defaultLocalization: z.infer<typeof Localization> = {
  ...{ language: 'en', locale: 'en-US', timezone: 'UTC', date_format: 'locale', time_format: 'locale' },
  ...{ first_day_of_week: 'locale', number_format: 'locale', measurement_system: 'locale' },
};
