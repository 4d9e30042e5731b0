import { domainToUnicode } from 'node:url';

/** Labels that read as what they are: letters of one script, none of which the next reader takes for another's. */
const readable: readonly RegExp[] = [
  /^[a-z0-9-]+$/,
  // Latin-1 and Latin Extended-A without the dotless i, kra and the long s.
  /^[a-z0-9\u00df-\u00f6\u00f8-\u0130\u0132-\u0137\u0139-\u013e\u0141-\u017e-]+$/,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc0-9-]+$/u,
  /^[\p{Script=Hangul}0-9-]+$/u,
  // At least one letter that Latin has nothing like: аррӏе in Cyrillic alone is still a forgery.
  /^(?=.*[^асԁеһіјӏорԛѕԝхуъьҽпгѵѡ0-9-])[\p{Script=Cyrillic}0-9-]+$/u,
  /^(?=.*[^αεικνοπρτυχωγη0-9-])[\p{Script=Greek}0-9-]+$/u,
  /^[\p{Script=Arabic}0-9-]+$/u,
  /^[\p{Script=Hebrew}0-9-]+$/u,
  /^[\p{Script=Devanagari}0-9-]+$/u,
  /^[\p{Script=Thai}0-9-]+$/u,
];

/**
 * A link as browsers write it (WHATWG URL): scheme and host in lower case, the path escaped. An international host name
 * stands in its own letters when each label reads as what it is, else in ASCII (`xn--…`), where no letter can pose as
 * another. The rules are those that browsers have for their address bars, made simpler and stricter.
 * @param typed a link that the contract lets pass
 */
export function keptLink(typed: string): string {
  const url = new URL(typed);
  const letters = domainToUnicode(url.hostname);
  const isReadable = letters.split('.').every((label) => readable.some((script) => script.test(label)));
  if (!isReadable || hostOf(letters) !== url.hostname) return url.href;
  return `${url.protocol}//${letters}${url.port && `:${url.port}`}${url.pathname}${url.search}${url.hash}`;
}

const hostOf = (name: string) => URL.parse(`https://${name}`)?.hostname;
