import { type Bus } from './bus.js';
import { type Logger } from './logger.js';

export interface KafkaBusConfig {
  kind: 'kafka';
  /** `host:port`, at least one. */
  brokers: readonly string[];
  /** Name of the service: client id and part of `ce_source`. */
  clientId: string;
  logger?: Logger;
}

export interface PostgresBusConfig {
  kind: 'postgres';
  /** Database of the bus (`annals_bus`), as role `bus_app`. */
  url: string;
  clientId: string;
  logger?: Logger;
}

export type BusConfig = KafkaBusConfig | PostgresBusConfig;

/** Connects in the background, with back-off, so that a service may start before its bus. Ask `ping()` for readiness. */
export function connectBus(config: BusConfig): Bus {
  throw new Error(`no bus of kind ${config.kind} yet`);
}
