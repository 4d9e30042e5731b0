import type { Place } from './place.js';
import { readFileSync } from 'node:fs';
import { BlockList, isIPv4 } from 'node:net';
import { Reader } from 'mmdb-lib';
import { z } from 'zod';
import { countryCentre } from './country-centres.js';
import { plainAddress } from './network.js';

/** Says where addresses are. Offline: no address leaves the process. */
export interface Places {
  /** Null for an address that is private, reserved or in no list: such a place tells nothing. */
  find(address: string | null): Place | null;
}

/** What is asked of a record, in the two layouts that are common: MaxMind's and ip-location-db's. */
const Located = z.object({
  country: z.object({ iso_code: z.string() }).optional(),
  country_code: z.string().optional(),
  subdivisions: z
    .array(z.object({ iso_code: z.string().optional(), names: z.object({ en: z.string() }).optional() }))
    .optional(),
  state1: z.string().optional(),
  location: z
    .object({ latitude: z.number(), longitude: z.number(), accuracy_radius: z.number().optional() })
    .optional(),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
});

/** A city's radius, when the data names none. */
const cityRadiusKm = 50;

/** Countries by the registries' and the routing data of June 2026 (CC0 1.0; parts by nro.net, CC BY 4.0). */
const countriesFile = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/**
 * Opens a database of places.
 * @param file in MaxMind's format (MMDB), by country or by city; the countries that come with Annals when there is none
 * @throws Error when it cannot be read
 */
export function openPlaces(file: string = require.resolve(countriesFile)): Places {
  const reader = new Reader(readFileSync(file));
  return {
    find(address) {
      const plain = plainAddress(address);
      if (plain === null) return null;
      const kind = isIPv4(plain) ? 'ipv4' : 'ipv6';
      // A reader of IPv4 alone would take the first bits of an IPv6 address for one.
      if (special[kind].check(plain, kind) || (kind === 'ipv6' && reader.metadata.ipVersion === 4)) return null;
      const located = Located.safeParse(reader.get(plain));
      return located.success ? placeOf(located.data) : null;
    },
  };
}

function placeOf(located: z.output<typeof Located>): Place | null {
  const country = located.country?.iso_code ?? located.country_code;
  const centre = country === undefined ? undefined : countryCentre(country);
  if (country === undefined || !centre) return null;
  const [first] = located.subdivisions ?? [];
  const region = first?.names?.en ?? first?.iso_code ?? located.state1 ?? null;
  const latitude = located.location?.latitude ?? located.latitude;
  const longitude = located.location?.longitude ?? located.longitude;
  if (latitude === undefined || longitude === undefined) return { country, region, ...centre };
  return { country, region, latitude, longitude, radius_km: located.location?.accuracy_radius ?? cityRadiusKm };
}

/** Addresses that are nowhere (RFC 6890), also where registries file them under the country of their own office. */
const nowhere = {
  ipv4: [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
    ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
    '224.0.0.0/3',
  ],
  ipv6: [
    ...['::/8', '64:ff9b::/32', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
    ...['fc00::/7', 'fe80::/10', 'ff00::/8'],
  ],
};

// One list for each kind: asked for an IPv4 address, a list would also look among the IPv6 networks.
const special = { ipv4: listOf('ipv4'), ipv6: listOf('ipv6') };

function listOf(kind: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of nowhere[kind]) {
    const [address, bits] = network.split('/') as [string, string];
    list.addSubnet(address, Number(bits), kind);
  }
  return list;
}
