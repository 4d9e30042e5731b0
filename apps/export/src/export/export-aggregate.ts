import type { Aggregate } from '@annals/event-store';
import { evolve, none, type ExportState } from './export.js';

/** Exports as the event store folds them: `export-<account_id>_<export_id>`. */
export const exportAggregate: Aggregate<ExportState> = { category: 'export', initial: none, evolve };

export const exportId = (accountId: string, id: string): string => `${accountId}_${id}`;
