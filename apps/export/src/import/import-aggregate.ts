import type { Aggregate } from '@annals/event-store';
import { evolve, none, type ImportState } from './import.js';

/** Imports as the event store folds them: `import-<account_id>_<import_id>`. */
export const importAggregate: Aggregate<ImportState> = { category: 'import', initial: none, evolve };

export const importId = (accountId: string, id: string): string => `${accountId}_${id}`;
