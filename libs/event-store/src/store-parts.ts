import type { Catalogue } from './catalogue.js';
import type { Connection } from './connection.js';
import type { FoldCache } from './fold.js';
import type { SubjectKeys } from './subject-keys.js';

/** What the store's functions work with. */
export interface StoreParts {
  connection: Connection;
  catalogue: Catalogue;
  keys: SubjectKeys;
  folds: FoldCache;
  appendTimeoutMs: number;
  readTimeoutMs: number;
}
