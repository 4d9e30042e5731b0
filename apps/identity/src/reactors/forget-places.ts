import type { Reactor } from '@annals/postgres';
import type { Identity } from '../identity.js';
import { forgetPlacesOf } from '../place/sign-in-places.js';

/** Where somebody signed in from is of no use once they are gone. */
export const forgetPlaces = ({ pool }: Identity): Reactor => ({
  name: 'forget-places',
  categories: ['user'],
  on: { UserDeleted: (event) => forgetPlacesOf(pool, String(event.data.user_id)) },
});
