import { type DeviceClass } from '@annals/contracts';

const kinds: readonly (readonly [RegExp, DeviceClass])[] = [
  [/bot\b|crawl|spider|headless/i, 'other'],
  // Android's tablets say Android without Mobile; iPads that ask for desktop pages cannot be told from a Mac.
  [/iPad|Tablet|PlayBook|Kindle|Silk\/(?!.*Mobile)|Android(?!.*Mobi)/i, 'tablet'],
  [/Mobi|iPhone|iPod|Windows Phone/i, 'mobile'],
  [/Windows NT|Macintosh|X11|CrOS/i, 'desktop'],
];

/** The kind of device that a `User-Agent` (RFC 9110 §10.1.5) tells of. It is told by the client: good for counting, no proof. */
export function deviceOf(userAgent: string | null): DeviceClass {
  if (userAgent === null) return 'other';
  return kinds.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other';
}
