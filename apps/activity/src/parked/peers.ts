import {
  ParkedDetail,
  ParkedWork,
  Problem,
  type CurrentUserContext,
  type ParkedAsk,
  type ParkingService,
} from '@annals/contracts';
import { type InternalClient, type ParkedDesk } from '@annals/service';
import { z } from 'zod';

/** A service that puts work aside, as it is asked here: each looks into its own database only. */
export interface Peer {
  readonly service: ParkingService;
  list(ask: ParkedAsk, request: CurrentUserContext): Promise<ParkedWork[]>;
  find(id: string, request: CurrentUserContext): Promise<ParkedDetail | undefined>;
  /** @returns false for what is not there (any more) */
  retry(id: string, request: CurrentUserContext): Promise<boolean>;
}

/** How long a service may take to answer. */
export interface Patience {
  listMs: number;
  retryMs: number;
}

/**
 * A list waits no longer for anybody: what is missing is said in the answer. A consumer handles what is retried before it
 * answers.
 */
const usualPatience: Patience = { listMs: 2_000, retryMs: 25_000 };
const path = '/internal/parked';
const Listed = z.object({ data: z.array(ParkedWork) });

/** A service asked over HTTP. @throws Problem 503 `service-unreachable`, or what it answered */
export const peerOver = (
  service: ParkingService,
  client: InternalClient,
  { listMs, retryMs } = usualPatience,
): Peer => ({
  service,
  async list(ask, request) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(ask)) if (value !== undefined) query.set(name, String(value));
    const { body } = await client.call({
      method: 'GET',
      path: `${path}?${query.toString()}`,
      request,
      timeoutMs: listMs,
    });
    return Listed.parse(body).data;
  },
  find: (id, request) =>
    unlessUnknown(async () => {
      const { body } = await client.call({ method: 'GET', path: `${path}/${id}`, request, timeoutMs: listMs });
      return ParkedDetail.parse(body);
    }, undefined),
  retry: (id, request) =>
    unlessUnknown(async () => {
      await client.call({ method: 'POST', path: `${path}/${id}/retry`, request, timeoutMs: retryMs });
      return true;
    }, false),
});

/** This service itself. */
export const peerHere = (desk: ParkedDesk): Peer => ({
  service: desk.service,
  list: (ask) => desk.list(ask),
  find: (id) => desk.find(id),
  retry: (id) => desk.retry(id),
});

async function unlessUnknown<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Problem && error.code === 'parked-unknown') return otherwise;
    throw error;
  }
}

/** The service that an id names. */
export function peerOf(peers: readonly Peer[], id: string): Peer {
  const found = peers.find(({ service }) => id.startsWith(`${service}-`));
  if (!found) throw new Error(`Nobody is asked for ${id}`);
  return found;
}
