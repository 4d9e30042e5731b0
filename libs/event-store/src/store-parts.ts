import type { Catalogue } from './catalogue.js';
import type { Connection } from './connection.js';
import type { FeedHub } from './feed-hub.js';
import type { FoldCache } from './fold.js';
import type { NewestEvents } from './newest-events.js';
import type { SubjectKeys } from './subject-keys.js';

/** What the store's functions work with. */
export interface StoreParts {
  connection: Connection;
  catalogue: Catalogue;
  keys: SubjectKeys;
  /** For live subscriptions. */
  hub: FeedHub;
  newest: NewestEvents;
  folds: FoldCache;
  appendTimeoutMs: number;
  readTimeoutMs: number;
}
