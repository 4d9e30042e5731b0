import type { Purpose } from '@annals/contracts';

export interface SubjectKey {
  id: string;
  /** 32 bytes, for AES-256. */
  key: Buffer;
}

/** Where the keys of data subjects live: one per subject, purpose and period. An implementation keeps its own cache. */
export interface SubjectKeys {
  /**
   * The key that seals today. Creates exactly one under any number of simultaneous first calls.
   * @throws Problem 410 `subject-erased` when the subject is fenced: it gets no key ever again
   */
  current(subject: string, purpose: Purpose): Promise<SubjectKey>;
  /** The key of an older seal, or `erased` once it was destroyed. */
  find(keyId: string): Promise<SubjectKey | 'erased'>;
}
