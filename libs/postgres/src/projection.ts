import type { StoredEvent } from '@annals/event-store';
import type { Tx } from './sql.js';

/** Turns one event into rows. Runs in the transaction that also moves the checkpoint; it must have no other effect. */
export type ProjectionHandler = (tx: Tx, event: StoredEvent) => Promise<void>;

/** A read model: events in, rows out. Rebuilt by raising `version`, never by hand. */
export interface Projection {
  name: string;
  version: number;
  /** Categories of streams it reads. */
  categories: readonly string[];
  /** DDL of its tables, inside the given (quoted) schema. A change of it needs a new version. */
  tables(schema: string): string;
  /**
   * DDL of indexes that only readers need, each `create index if not exists`, and of statistics. They are made when
   * everything there was has been handled for the first time: a table is filled several times faster without them.
   */
  indexes?(schema: string): string;
  /** Handlers by event type; other types pass by. Each runs in the tenant scope of its event. */
  on: Readonly<Record<string, ProjectionHandler>>;
  /**
   * Set-based form for volume, used in place of the handlers: gets the events of one account, in order, of the types
   * named in `on` (all types when `on` is empty). Order between accounts is not kept, so its rows belong to accounts.
   */
  batch?: (tx: Tx, events: readonly StoredEvent[]) => Promise<void>;
  /** Account whose rows an event changes; its metadata's account unless said. Null: rows of no account. */
  accountOf?: (event: StoredEvent) => string | null;
  /** False: personal fields stay sealed. */
  open?: boolean;
}

/** Schema of the tables of this version. */
export function projectionSchema({ name, version }: { name: string; version: number }): string {
  return `${name.replaceAll('-', '_')}_v${version}`;
}
