import { type Bus } from './bus.js';
import { createEmbeddedBus } from './embedded/embedded-bus.js';
import { createKafkaBus } from './kafka/kafka-bus.js';
import { silent, type Logger } from './logger.js';
import { traceSends } from './traced-sends.js';

export interface KafkaBusConfig {
  kind: 'kafka';
  /** `host:port`, at least one. */
  brokers: readonly string[];
  /** Name of the service: client id at the broker. */
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

/** Connects when first used and comes back by itself, so that a service may start before its bus. Ask `ping()` for readiness. */
export function connectBus(config: BusConfig): Bus {
  const logger = config.logger ?? silent;
  const bus =
    config.kind === 'kafka'
      ? createKafkaBus(config.brokers, config.clientId, logger)
      : createEmbeddedBus(config.url, config.clientId, logger);
  return traceSends(bus);
}
