const longest = 300;

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** What may be somebody's, and what stands there instead. The first that matches wins, from left to right. */
const personal: readonly [RegExp, string][] = [
  [/https?:\/\/\S+/gi, '[url]'],
  [/[^\s<>"'(),:;]+@[^\s<>"'(),:;]+/g, '[address]'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '[address]'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])/gi, '[address]'],
  [/"[^"]*"|“[^”]*”|‘[^’]*’|`[^`]*`|(?<!\w)'[^']*'(?!\w)/g, '[text]'],
  [/\+?\d[\d ()/-]{4,}\d/g, '[number]'],
  // A name in the middle of a sentence: our own messages have none there.
  [/(?<=[\p{Ll}\d,;] )\p{Lu}\p{Ll}+(?!\w)/gu, '[name]'],
];

/**
 * The text of an error without what may be personal: addresses, numbers, quoted text and names. UUIDs stay: they are
 * pseudonyms, and what an operator looks for. Our errors are made without personal data; this is for those of others.
 */
export function impersonal(text: string): string {
  const ids: string[] = [];
  const kept = text.slice(0, 4 * longest).replace(uuid, (id) => `\u0001${ids.push(id) - 1}\u0001`);
  const masked = personal.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), kept);
  return masked.replace(/\u0001(\d+)\u0001/g, (_mark, index: string) => ids[Number(index)] ?? '').slice(0, longest);
}
