import type { Purpose } from '@annals/contracts';

export interface SubjectKey {
  id: string;
  /** 32 bytes, for AES-256. */
  key: Buffer;
}

/**
 * Whom a key is for: a person (`<user id>`), or a person as an account knows them (`<account id>/<user id>`). What an
 * account holds about somebody can so be erased without what others hold.
 */
export const holderOf = (person: string, accountId: string | null | undefined): string =>
  accountId ? `${accountId}/${person}` : person;

/** The person of a holder. */
export const personOf = (holder: string): string => holder.slice(holder.indexOf('/') + 1);

/** Where the keys of data subjects live: one per holder, purpose and period. An implementation keeps its own cache. */
export interface SubjectKeys {
  /**
   * The key that seals today. Creates exactly one under any number of simultaneous first calls.
   * @param holder as {@link holderOf} makes it
   * @throws Problem 410 `subject-erased` when the holder or its person is fenced: it gets no key ever again
   */
  current(holder: string, purpose: Purpose): Promise<SubjectKey>;
  /** The key of an older seal, or `erased` once it was destroyed. */
  find(keyId: string): Promise<SubjectKey | 'erased'>;
}
