import {
  headers as names,
  parkedKinds,
  type ParkedAsk,
  type ParkedDetail,
  type ParkedKind,
  type ParkedWork,
  type ParkingService,
} from '@annals/contracts';
import type { Consumer } from '@annals/messaging';
import { parkedStreamsBox, type ParkedBox, type ParkedRow, type Pool } from '@annals/postgres';
import { impersonal } from './impersonal.js';

/** What one service put aside: of all its reactors and consumers, shown without anything personal. */
export interface ParkedDesk {
  readonly service: ParkingService;
  /** In the order of `parked_at` and `id`. */
  list(ask: ParkedAsk): Promise<ParkedWork[]>;
  find(id: string): Promise<ParkedDetail | undefined>;
  /** Has it tried again, once however many ask. @returns false for what is not there (any more) */
  retry(id: string): Promise<boolean>;
  counts(): Promise<{ kind: ParkedKind; source: string; count: number }[]>;
}

export interface ParkedDeskOptions {
  service: ParkingService;
  pool: Pool;
  /** Those of this service, which handle what is retried. */
  consumers?: readonly Pick<Consumer, 'keys' | 'letters'>[];
}

export function parkedDesk({ service, pool, consumers = [] }: ParkedDeskOptions): ParkedDesk {
  const boxes: Record<ParkedKind, ParkedBox[]> = {
    event: [parkedStreamsBox(pool)],
    message: consumers.map(({ keys }) => keys),
    letter: consumers.map(({ letters }) => letters),
  };
  const prefixOf = (kind: ParkedKind) => `${service}-${kind}-`;
  const placeOf = (id: string) => {
    const [owner, kind, number] = id.split('-') as [string, ParkedKind, string];
    return { boxes: owner === service ? boxes[kind] : [], prefix: prefixOf(kind), kind, number };
  };

  return {
    service,
    async list({ kind, source, account_id: account, sort_order: order, limit, after_at, after_id }) {
      const after = after_at !== undefined && after_id !== undefined ? { at: after_at, id: after_id } : undefined;
      const pages = parkedKinds
        .filter((each) => kind === undefined || each === kind)
        .flatMap((each) =>
          boxes[each].map(async (box) => {
            const rows = await box.page({ prefix: prefixOf(each), order, limit, after, account, source });
            return rows.map((row) => workOf(service, each, row));
          }),
        );
      return mergeParked(await Promise.all(pages), order).slice(0, limit);
    },
    async find(id) {
      const place = placeOf(id);
      for (const box of place.boxes) {
        const row = await box.find(place.prefix, place.number);
        if (row) return { ...workOf(service, place.kind, row), headers: shownHeaders(row.headers) };
      }
      return undefined;
    },
    async retry(id) {
      const place = placeOf(id);
      for (const box of place.boxes) if (await box.retry(place.number)) return true;
      return false;
    },
    async counts() {
      const counted = parkedKinds.flatMap((kind) =>
        boxes[kind].map(async (box) => [...(await box.counts())].map(([source, count]) => ({ kind, source, count }))),
      );
      return (await Promise.all(counted)).flat();
    },
  };
}

/** Joins pages that are in order each. */
export function mergeParked<W extends Pick<ParkedWork, 'parked_at' | 'id'>>(
  pages: readonly W[][],
  order: 'asc' | 'desc',
): W[] {
  const sign = order === 'asc' ? 1 : -1;
  const placeOf = ({ parked_at, id }: W) => `${parked_at} ${id}`;
  return pages.flat().sort((a, b) => (placeOf(a) < placeOf(b) ? -sign : sign));
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Forms that are ours. A stranger's message may say anything there, which is not shown. */
const forms = {
  id: new RegExp(`^${uuid}$`, 'i'),
  key: new RegExp(`^(none|${uuid})(/${uuid})*$`, 'i'),
  type: /^[A-Za-z][\w.]{0,99}$/,
};
const ifOf = (form: RegExp, text: string | null) => (text !== null && form.test(text) ? text : null);

const workOf = (service: ParkingService, kind: ParkedKind, row: ParkedRow): ParkedWork => ({
  ...{ id: row.id, service, kind, source: row.source, from: row.origin },
  key: ifOf(forms.key, row.key),
  cause_id: ifOf(forms.id, row.cause_id),
  cause_type: ifOf(forms.type, row.cause_type),
  account_id: ifOf(forms.id, row.account),
  error: row.error === null ? null : impersonal(row.error),
  ...{ attempts: row.attempts, waiting: row.waiting, retryable: row.retryable },
  parked_at: row.at,
  retry_at: row.retry_at?.toISOString() ?? null,
});

/** What leads to the story of a message, in the forms that ours have. The signed context is a secret, and not among them. */
const shown: readonly (readonly [name: string, form: RegExp])[] = [
  ...[names.requestId, names.transactionId, names.correlationId, names.causationId].map(
    (name) => [name, forms.id] as const,
  ),
  [names.traceparent, /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/],
  ['ce_source', /^\/annals\/[a-z.]{1,100}$/],
  ['ce_subject', /^[a-z]+-[0-9a-f_-]{1,200}$/],
  ['ce_position', /^\d{1,20}-\d{1,20}$/],
  ['ce_streamversion', /^\d{1,20}$/],
  ['content-type', /^application\/[a-z.+-]{1,50}$/],
];
const shownHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    shown.flatMap(([name, form]) => {
      const text = headers[name];
      return text !== undefined && form.test(text) ? [[name, text]] : [];
    }),
  );
