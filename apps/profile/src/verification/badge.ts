import type { VerifiableField, VerifiedBadge } from '@annals/contracts';

/** The badge as somebody sees it: it speaks of no field that is hidden from them. */
export function shownBadge(
  badge: { readonly fields: readonly VerifiableField[]; readonly verified_at: string } | null,
  maySee: (field: VerifiableField) => boolean,
): VerifiedBadge | null {
  const fields = badge ? badge.fields.filter(maySee) : [];
  return badge && fields.length > 0 ? { fields, verified_at: badge.verified_at } : null;
}
