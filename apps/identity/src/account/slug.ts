import { Problem, type SlugEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** Which account a slug names; resolved once, at the edge. */
export type Slug = { kind: 'free' } | { kind: 'claimed'; account_id: string };

export function evolveSlug(_slug: Slug, event: SlugEvent): Slug {
  return { kind: 'claimed', account_id: event.data.account_id };
}

export const slugs: Aggregate<Slug> = { category: 'slug', initial: { kind: 'free' }, evolve: evolveSlug };

/** @throws Problem 409 `slug-taken` */
export function claimSlug(slug: Slug, command: { slug: string; account_id: string }): SlugEvent[] {
  if (slug.kind === 'free') return [{ type: 'SlugClaimed', data: command }];
  if (slug.account_id === command.account_id) return [];
  throw new Problem(409, 'slug-taken', 'Another account has this name in addresses');
}

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** The slug of a home account: made from the random end of its id, so it tells nothing about the person. */
export function homeSlug(accountId: string): string {
  let rest = BigInt(`0x${accountId.replaceAll('-', '').slice(-16)}`);
  let text = '';
  for (let n = 0; n < 12; n++) {
    text += alphabet[Number(rest % 31n)];
    rest /= 31n;
  }
  return `home-${text}`;
}
