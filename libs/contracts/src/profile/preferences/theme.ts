import { z } from 'zod';
import { choices, sources } from './choices.js';

/** `auto` is the colour that the frontend brings, so that a person can do without the account's. */
const color = z
  .string()
  .regex(/^(auto|#[0-9a-fA-F]{6})$/, 'must be a colour like #1a2b3c, or auto')
  .toLowerCase();

const theme = {
  mode: z.enum(['light', 'dark', 'system']),
  primary_color: color,
  accent_color: color,
  font: z.enum(['system', 'sans', 'serif', 'mono', 'dyslexic']),
};

export const Theme = z.object(theme);
export const ThemeChoices = choices(theme);
export const ThemeSources = sources(theme);

export const defaultTheme: z.infer<typeof Theme> = {
  ...{ mode: 'system', primary_color: 'auto', accent_color: 'auto', font: 'system' },
};
