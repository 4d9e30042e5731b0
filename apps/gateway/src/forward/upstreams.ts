import type { Service } from '@annals/contracts';
import { Pool } from 'undici';

export type UpstreamName = Exclude<Service, 'gateway'>;

/** Connections to one service. */
export interface Upstream {
  name: UpstreamName;
  /** Short answers. */
  calls: Pool;
  /** Downloads and event streams, which hold a connection as long as somebody listens. */
  streams: Pool;
  /** Requests on their way, so that a service that hangs cannot pile up work here. */
  inFlight: number;
}

export interface UpstreamOptions {
  /** Milliseconds until an answer begins; 30,000 unless said. */
  answerTimeoutMs?: number;
  connections?: number;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** Event streams send a sign of life every 15 s. */
const STREAM_SILENCE_MS = 60_000;

/** One request per connection at a time: pipelining costs more than it saves here, and one slow answer holds up no other. */
function createUpstream(name: UpstreamName, url: string, options: UpstreamOptions): Upstream {
  const { answerTimeoutMs = 30_000, connections = 64 } = options;
  const shared = {
    connect: { timeout: CONNECT_TIMEOUT_MS },
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: answerTimeoutMs,
  };
  return {
    name,
    calls: new Pool(url, { ...shared, connections, bodyTimeout: answerTimeoutMs }),
    streams: new Pool(url, { ...shared, connections: 1_024, bodyTimeout: STREAM_SILENCE_MS }),
    inFlight: 0,
  };
}

/** Connections to every service, by its base URL. None is opened before it is needed. */
export function connectUpstreams(
  urls: Readonly<Record<UpstreamName, string>>,
  options: UpstreamOptions,
): Record<UpstreamName, Upstream> {
  const connect = (name: UpstreamName) => createUpstream(name, urls[name], options);
  return {
    identity: connect('identity'),
    profile: connect('profile'),
    activity: connect('activity'),
    export: connect('export'),
  };
}

export async function closeUpstream(upstream: Upstream): Promise<void> {
  await Promise.all([upstream.calls.destroy(), upstream.streams.destroy()]);
}
