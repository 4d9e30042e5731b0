import type { EventStore } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import type { Response } from '@annals/service';
import type { ExportChanges } from '../export/follow-export.js';
import { followStream } from '../following/follow-stream.js';
import { importAggregate, importId } from './import-aggregate.js';
import { evolve, isOver, none, operationOf } from './import.js';
import type { Reported } from './report/problems.js';
import { rowsReadOf } from './work/rows-read.js';

interface Following {
  store: EventStore;
  pool: Pool;
  changes: ExportChanges;
  now: () => string;
}

/** Each event of an import as it happens, and how far the first reading is in between. */
export const followImport = (
  { store, pool, changes, now }: Following,
  of: Reported,
  lastEventId: string | undefined,
  res: Response,
): Promise<void> =>
  followStream(
    {
      ...{ store, changes, initial: none, evolve },
      stream: `${importAggregate.category}-${importId(of.accountId, of.importId)}`,
      shown: (state) => (state.kind === 'known' ? operationOf(state, now()) : undefined),
      isOver: (state) => state.kind === 'known' && isOver(state),
      between: async (state) => {
        if (state.kind === 'none' || state.validation) return undefined;
        const rowsRead = await rowsReadOf(pool, of.importId);
        return rowsRead > 0 ? [rowsRead, operationOf(state, now(), rowsRead)] : undefined;
      },
    },
    of.importId,
    lastEventId,
    res,
  );
