import type {
  DomainEvent,
  EventOf,
  importEvents,
  ImportOperation,
  ImportOutcomes,
  ImportRequested,
  ImportStatus,
} from '@annals/contracts';
import { noOutcomes } from '@annals/contracts';

export type ImportEvent = EventOf<(typeof importEvents)[number]>;

export interface Validation {
  rows: number;
  refused_rows: number;
  problems: number;
  validated_at: string;
}

export type ImportState =
  | { kind: 'none' }
  | {
      kind: 'known';
      status: ImportStatus;
      request: EventOf<typeof ImportRequested>['data'];
      validation: Validation | null;
      /** Up to which row everything is applied, or refused for good. */
      applied_to_row: number;
      outcomes: ImportOutcomes;
      error: { code: string; detail: unknown } | null;
      finished_at: string | null;
    };

export type KnownImport = Extract<ImportState, { kind: 'known' }>;

export const none: ImportState = { kind: 'none' };

/** What an import is, from its events. Total: an event that does not fit leaves the state as it was. */
export function evolve(state: ImportState, happened: DomainEvent): ImportState {
  const event = happened as ImportEvent;
  if (event.type === 'ImportRequested') {
    return {
      ...{ kind: 'known', status: 'queued', request: event.data, validation: null },
      ...{ applied_to_row: 0, outcomes: noOutcomes, error: null, finished_at: null },
    };
  }
  if (state.kind === 'none') return state;
  switch (event.type) {
    case 'ImportValidated': {
      const { rows, refused_rows, problems, validated_at } = event.data;
      const outcomes = { ...noOutcomes, refused: refused_rows };
      return { ...state, status: 'applying', validation: { rows, refused_rows, problems, validated_at }, outcomes };
    }
    case 'ImportProgressed': {
      const { applied_to_row, outcomes } = event.data;
      return { ...state, status: 'applying', applied_to_row, outcomes };
    }
    case 'ImportSucceeded': {
      const { outcomes, finished_at } = event.data;
      return { ...state, status: 'succeeded', outcomes, finished_at };
    }
    case 'ImportFailed': {
      const { code, detail, finished_at } = event.data;
      return { ...state, status: 'failed', error: { code, detail }, finished_at };
    }
    case 'ImportCancelled':
      return { ...state, status: 'cancelled', finished_at: event.data.cancelled_at };
    default:
      return state;
  }
}

/** Ids that every event of one import carries. */
export const idsOf = (state: KnownImport) => ({
  account_id: state.request.account_id,
  import_id: state.request.import_id,
  user_id: state.request.user_id,
});

export const isOver = (state: KnownImport): boolean =>
  state.status === 'succeeded' || state.status === 'failed' || state.status === 'cancelled';

/**
 * The representation that clients see.
 * @param rowsRead how far the first reading is, where somebody works on it
 */
export function operationOf(state: KnownImport, now: string, rowsRead = 0): ImportOperation {
  const { request, validation, error } = state;
  const { kind, format, dry_run, on_error, notify, overwrite, size_bytes, sha256, requested_at } = request;
  const isFirst = validation === null;
  const status = state.status === 'queued' && rowsRead > 0 ? 'validating' : state.status;
  return {
    ...{ id: request.import_id, status, kind, format, dry_run, on_error, notify, overwrite, size_bytes, sha256 },
    validation: validation && {
      ...{ rows: validation.rows, refused_rows: validation.refused_rows, problems: validation.problems },
    },
    outcomes: state.outcomes,
    progress: isFirst
      ? { done: rowsRead, total: null, unit: 'rows', percent: 0, eta_seconds: null }
      : progressOf(state, validation, now),
    error: error && { code: error.code, detail: typeof error.detail === 'string' ? error.detail : null },
    ...{ requested_at, finished_at: state.finished_at },
  };
}

/** `eta_seconds` follows from the pace since the rows were found good; null before the first of them is applied. */
function progressOf(state: KnownImport, { rows: total, validated_at }: Validation, now: string) {
  const done = state.status === 'succeeded' ? total : state.applied_to_row;
  const elapsedSeconds = (Date.parse(now) - Date.parse(validated_at)) / 1000;
  const runs = state.status === 'applying' && done > 0;
  return {
    ...{ done, total, unit: 'rows' as const },
    percent: total === 0 ? 100 : Math.floor((100 * done) / total),
    eta_seconds: runs ? Math.ceil((elapsedSeconds / done) * (total - done)) : null,
  };
}
