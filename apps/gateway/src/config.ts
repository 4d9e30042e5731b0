import { JwtIssuers } from '@annals/auth';
import { processConfig } from '@annals/service';
import { z } from 'zod';

const serviceUrl = z.url({ protocol: /^https?$/ });
const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  )
  .prefault('');

/** Settings of the gateway. */
export const GatewayConfig = z.object({
  ...processConfig,
  PUBLIC_URL: serviceUrl.describe('Where clients reach the gateway; issuer of our own tokens'),
  IDENTITY_URL: serviceUrl.describe('The identity service'),
  PROFILE_URL: serviceUrl.describe('The profile service'),
  ACTIVITY_URL: serviceUrl.describe('The activity service'),
  EXPORT_URL: serviceUrl.describe('The export service'),
  JWT_ISSUERS: JwtIssuers.prefault('[]').describe('Other trusted token issuers, as a JSON list'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis that gateways share contexts in; in-process when unset'),
  CORS_ORIGINS: list.describe('Origins whose pages may call the API, separated by commas'),
  TRUSTED_PROXIES: list.describe('Addresses or CIDR blocks whose X-Forwarded-For counts, separated by commas'),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).default(6_000).describe('Requests of one user; 0: no limit'),
  RATE_LIMIT_PER_MINUTE_ADDRESS: z.coerce
    .number()
    .int()
    .min(0)
    .default(12_000)
    .describe('Requests of one client address; 0: no limit'),
  UPSTREAM_TIMEOUT_MS: z.coerce.number().int().positive().default(30_000).describe('Longest wait for a service, in ms'),
  SERVER_TIMING: z
    .enum(['off', 'request', 'always'])
    .default('request')
    .describe('Who sees the cost of context resolution: nobody, requests with x-server-timing, all'),
  BUILD_VERSION: z.string().default('0.1.0').describe('Shown by /version'),
  BUILD_COMMIT: z.string().default('unknown').describe('Shown by /version'),
});
export type GatewayConfig = z.output<typeof GatewayConfig>;
