import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';

/** The generation whose rules the node follows, and the last one under an open licence. */
const serverVersion = '23.10.8';

const methods: readonly (readonly [service: string, method: string, features: string[]])[] = [
  ['event_store.client.streams.streams', 'read', ['position', 'events']],
  ['event_store.client.streams.streams', 'append', []],
  ['event_store.client.streams.streams', 'batchappend', []],
  ['event_store.client.streams.streams', 'delete', []],
  ['event_store.client.streams.streams', 'tombstone', []],
  ['event_store.client.operations.operations', 'startscavenge', []],
  ['event_store.client.gossip.gossip', 'read', []],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods', []],
];

/** What clients may use. Nothing is advertised that is not here: they choose calls by this list. */
export const supportedMethods = (): SupportedMethods =>
  new SupportedMethods()
    .setEventStoreServerVersion(serverVersion)
    .setMethodsList(
      methods.map(([service, method, features]) =>
        new SupportedMethod().setServiceName(service).setMethodName(method).setFeaturesList(features),
      ),
    );
