import {
  type DomainEvent,
  type EventOf,
  type ExportCancelled,
  type ExportDownloaded,
  type ExportExpired,
  type ExportFailed,
  type ExportPart,
  type ExportPartGathered,
  type ExportRequested,
  type ExportStatus,
  type ExportSucceeded,
} from '@annals/contracts';

export type ExportEvent =
  | EventOf<typeof ExportRequested>
  | EventOf<typeof ExportPartGathered>
  | EventOf<typeof ExportSucceeded>
  | EventOf<typeof ExportFailed>
  | EventOf<typeof ExportCancelled>
  | EventOf<typeof ExportExpired>
  | EventOf<typeof ExportDownloaded>;

export interface GatheredPart {
  part: ExportPart;
  items: number;
  sha256: string;
  /** Where it lies until the document is made; absent of parts that were noted before they lay anywhere. */
  staged?: string;
  bytes?: number;
  gathered_at?: string;
}

export type ExportState =
  | { kind: 'none' }
  | {
      kind: 'known';
      status: ExportStatus;
      request: EventOf<typeof ExportRequested>['data'];
      gathered: readonly GatheredPart[];
      document: { size_bytes: number; sha256: string; expires_at: string } | null;
      error: { code: string; detail: string } | null;
      finished_at: string | null;
      downloaded_at: string | null;
      /** It was said that the document is kept no more. */
      expired: boolean;
    };

export type KnownExport = Extract<ExportState, { kind: 'known' }>;

export const none: ExportState = { kind: 'none' };

/** What an export is, from its events. Total: an event that does not fit leaves the state as it was. */
export function evolve(state: ExportState, happened: DomainEvent): ExportState {
  const event = happened as ExportEvent;
  if (event.type === 'ExportRequested') {
    return {
      kind: 'known',
      status: 'queued',
      request: event.data,
      gathered: [],
      document: null,
      error: null,
      finished_at: null,
      downloaded_at: null,
      expired: false,
    };
  }
  if (state.kind === 'none') return state;
  switch (event.type) {
    case 'ExportPartGathered': {
      const { account_id: _account, export_id: _export, user_id: _user, ...part } = event.data;
      const others = state.gathered.filter((each) => each.part !== part.part);
      return { ...state, status: 'running', gathered: [...others, part] };
    }
    case 'ExportSucceeded': {
      const { size_bytes, sha256, expires_at, finished_at } = event.data;
      return { ...state, status: 'succeeded', finished_at, document: { size_bytes, sha256, expires_at } };
    }
    case 'ExportFailed':
      return {
        ...state,
        status: 'failed',
        finished_at: event.data.finished_at,
        error: { code: event.data.code, detail: event.data.detail },
      };
    case 'ExportCancelled':
      return { ...state, status: 'cancelled', finished_at: event.data.cancelled_at, document: null };
    case 'ExportExpired':
      return {
        ...state,
        expired: true,
        document: state.document && { ...state.document, expires_at: event.data.expired_at },
      };
    case 'ExportDownloaded':
      return { ...state, downloaded_at: event.data.downloaded_at };
    default:
      return state;
  }
}

/** Ids that every event of one export carries. */
export const idsOf = (state: KnownExport) => ({
  account_id: state.request.account_id,
  export_id: state.request.export_id,
  user_id: state.request.user_id,
});

export const isOver = (state: KnownExport): boolean =>
  state.status === 'succeeded' || state.status === 'failed' || state.status === 'cancelled';
