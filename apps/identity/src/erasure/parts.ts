import type { ErasedHolder } from '@annals/contracts';
import type { SubjectKeyStore } from '@annals/postgres';
import { requireErasure, type Eraser, type PositionWaiter, type RecordedErasure } from '@annals/service';
import type { IdentityProviderPort } from '../idp/identity-provider.js';
import type { Identity } from '../identity.js';

/** What erasing a person in identity works with. */
export interface ErasureParts {
  identity: Identity;
  keys: Pick<SubjectKeyStore, 'fence' | 'fingerprints' | 'destroy'>;
  /** Where people sign in besides, when they are looked after there as well. */
  idp: IdentityProviderPort | null;
  /** Where mail is kept instead of being sent; null where it is sent. */
  mailFolder: string | null;
  /** The running projections: what is erased on the way has to be gone from them, too. */
  runners: readonly PositionWaiter[];
}

/** What one holder had of something, taken away. @returns how many there were */
export type Removal = (parts: ErasureParts, erasure: RecordedErasure) => Promise<number>;

/** An eraser of what is held of a person for no account; what accounts hold is none of its business. */
export const ofPeople = (parts: ErasureParts, of: string, removal: Removal): Eraser =>
  eraser(parts, of, ({ account_id }) => account_id === null, removal);

/** An eraser of what an account holds of a person. */
export const ofMembers = (parts: ErasureParts, of: string, removal: Removal): Eraser =>
  eraser(parts, of, ({ account_id }) => account_id !== null, removal);

/** An eraser of what both hold. */
export const ofBoth = (parts: ErasureParts, of: string, removal: Removal): Eraser =>
  eraser(parts, of, () => true, removal);

function eraser(parts: ErasureParts, of: string, concerns: (holder: ErasedHolder) => boolean, removal: Removal) {
  return {
    of,
    remove: async (holder: ErasedHolder) =>
      concerns(holder) ? removal(parts, await requireErasure(parts.identity.store, holder)) : 0,
  };
}

/** Of a removal that does or does not find its one thing. */
export const counted = (found: boolean): number => (found ? 1 : 0);
