import type { EventContract } from '@annals/contracts';

type Data = Record<string, unknown>;

export interface KnownEvent {
  contract: EventContract;
  /** Top-level fields that were added with a default after the first events were written. */
  defaults: readonly (readonly [field: string, value: () => unknown])[];
}

/** The event contracts of a process, by type. */
export type Catalogue = ReadonlyMap<string, KnownEvent>;

/** @throws Error when two contracts share a type: one of them could never be read back */
export function catalogueOf(contracts: readonly EventContract[]): Catalogue {
  const known = new Map<string, KnownEvent>();
  for (const contract of contracts) {
    const present = known.get(contract.type);
    if (present && present.contract !== contract) throw new Error(`Two contracts for event ${contract.type}`);
    known.set(contract.type, { contract, defaults: defaultsOf(contract) });
  }
  return known;
}

/** @throws Error for a type that no contract declares */
export function known(catalogue: Catalogue, type: string): KnownEvent {
  const found = catalogue.get(type);
  if (!found) throw new Error(`No contract for event ${type}`);
  return found;
}

function defaultsOf(contract: EventContract): KnownEvent['defaults'] {
  const shape = contract.data.shape as Record<string, { _zod: { def: { type: string; defaultValue?: unknown } } }>;
  return Object.entries(shape).flatMap(([field, schema]) => {
    const { def } = schema._zod;
    return def.type === 'default' ? [[field, () => def.defaultValue] as const] : [];
  });
}

/** Brings stored data of an older version up to the present one: upcasters first, then defaults of added fields. */
export function upToDate({ contract, defaults }: KnownEvent, data: Data, version: number): Data {
  let present = data;
  for (let from = version; from < contract.version; from++) present = contract.upcasters[from]!(present);
  for (const [field, value] of defaults) {
    if (present[field] === undefined) present = { ...present, [field]: value() };
  }
  return present;
}
