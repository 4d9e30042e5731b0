import { Problem } from '@annals/contracts';

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Beginning of the slugs of home accounts, which no other account has. */
const homePrefix = 'home-';

/** Letters made from the random end of an id, so they tell nothing about whose it is. */
function lettersOf(accountId: string, count: number): string {
  let rest = BigInt(`0x${accountId.replaceAll('-', '').slice(-16)}`);
  let text = '';
  for (let n = 0; n < count; n++) {
    text += alphabet[Number(rest % 31n)];
    rest /= 31n;
  }
  return text;
}

/** The slug of a home account. */
export const homeSlug = (accountId: string): string => `${homePrefix}${lettersOf(accountId, 12)}`;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Slugs that would be taken for something else: for a home account, or for an id. */
const isReserved = (slug: string) => slug.startsWith(homePrefix) || uuid.test(slug);

/** @throws Problem 400 `slug-reserved` */
export function requireFreeForm(slug: string): void {
  if (isReserved(slug)) throw new Problem(400, 'slug-reserved', 'Names in addresses of this form are not given away');
}

const longest = 40;

/**
 * Slugs to try for an account that asks for none, the best one first: its name in ASCII, then the same with an end of
 * its own. A name without three Latin letters leaves only the second.
 */
export function slugsFor(name: string, accountId: string): string[] {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const plain = cut(words.join('-'), longest);
  const fits = plain.length >= 3 && !isReserved(plain);
  const own = lettersOf(accountId, 8);
  const distinct = `${cut(fits ? plain : `team-${plain}`, longest - own.length - 1)}-${own}`;
  return fits ? [plain, distinct] : [distinct];
}

const cut = (slug: string, length: number) => slug.slice(0, length).replace(/-$/, '');
