import { z } from 'zod';
import { choices, sources } from './choices.js';

const accessibility = {
  high_contrast: z.boolean(),
  reduced_motion: z.boolean(),
  screen_reader: z.boolean(),
  captions: z.boolean(),
  /** Everything within reach without a pointer, and the focus always in sight. */
  keyboard_navigation: z.boolean(),
  /** Links are told by more than their colour. */
  underline_links: z.boolean(),
  color_vision: z.enum(['usual', 'protanopia', 'deuteranopia', 'tritanopia', 'achromatopsia']),
  /** Factor on the usual text size. */
  text_scale: z.number().min(0.5).max(3),
};

export const Accessibility = z.object(accessibility);
export const AccessibilityChoices = choices(accessibility);
export const AccessibilitySources = sources(accessibility);

export const defaultAccessibility: z.infer<typeof Accessibility> = {
  ...{ high_contrast: false, reduced_motion: false, screen_reader: false, captions: false },
  ...{ keyboard_navigation: false, underline_links: false, color_vision: 'usual', text_scale: 1 },
};
