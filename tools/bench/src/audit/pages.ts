import { request } from 'undici';

export interface PageSpeed {
  what: string;
  p50: number;
  p99: number;
}

const lastPage = 400;
const times = 200;

interface Page {
  data: unknown[];
  meta: { next_cursor: string | null };
}

/** Pages of the audit log through the gateway, in milliseconds. The questions take turns: a busy moment hits all alike. */
export async function measurePages(api: string, token: string): Promise<PageSpeed[]> {
  const get = async (query: string): Promise<Page> => {
    const { statusCode, body } = await request(`${api}/audit-logs?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (statusCode !== 200) throw new Error(`the audit log was answered ${statusCode}: ${await body.text()}`);
    return (await body.json()) as Page;
  };
  const walk = async (filter: string): Promise<string> => {
    let cursor = '';
    for (let page = 2; page <= lastPage; page++) {
      const { meta } = await get(`${filter}${cursor}`);
      if (meta.next_cursor === null) throw new Error('the audit log ended too early');
      cursor = `&cursor=${meta.next_cursor}`;
    }
    return cursor;
  };
  const typed = 'event_type=RetentionApplied';
  const questions: [what: string, query: string][] = [
    ['page 1', 'page=1'],
    [`page ${lastPage} by cursor`, await walk('limit=50')],
    [`page ${lastPage} by number`, `page=${lastPage}`],
    ['page 1 of one event type', typed],
    [`page ${lastPage} of one event type by cursor`, `${typed}${await walk(typed)}`],
    [`page ${lastPage} of one event type by number`, `${typed}&page=${lastPage}`],
    ['everything denied', 'outcome=denied'],
  ];
  const taken = questions.map((): number[] => []);
  for (let n = 0; n < times; n++) {
    for (const [index, [, query]] of questions.entries()) {
      const start = performance.now();
      await get(query);
      taken[index]?.push(performance.now() - start);
    }
  }
  return questions.map(([what], index) => ({ what, ...percentiles(taken[index] ?? []) }));
}

/** At half and at 99 of 100. */
export function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
