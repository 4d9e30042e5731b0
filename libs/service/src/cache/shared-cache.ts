import type { Budget, Taken } from './rate-limit.js';

/**
 * A cache that processes share while Redis is there, and each has for itself while it is not. Nothing may depend on it
 * for being right, only for being fast: what is in it can be gone at any time. Keys carry the account.
 */
export interface SharedCache {
  get(key: string): Promise<string | undefined>;
  /** @param ttlMs life in milliseconds */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Takes one from a budget. Without Redis each process counts for itself. */
  take(key: string, budget: Budget): Promise<Taken>;
  /** `shared` while Redis answers. */
  state(): 'shared' | 'local';
  close(): Promise<void>;
}
