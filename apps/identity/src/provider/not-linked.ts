import { Problem } from '@annals/contracts';

/** The token is good, but nobody here goes by its identity. `why` is for whoever runs the application that sent it. */
export const notLinked = (why: string): Problem =>
  new Problem(401, 'identity-not-linked', `This identity is not linked to a user of this system: ${why}`, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
