import { generateKey } from '@annals/auth';
import { readConfig } from '@annals/service';
import { GatewayConfig } from './config.js';

describe('the configuration', () => {
  let least: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const { privateJwk, publicJwk } = await generateKey('gateway');
    least = {
      PORT: '8080',
      PUBLIC_URL: 'http://127.0.0.1:8080',
      IDENTITY_URL: 'http://127.0.0.1:8081',
      PROFILE_URL: 'http://127.0.0.1:8082',
      ACTIVITY_URL: 'http://127.0.0.1:8083',
      EXPORT_URL: 'http://127.0.0.1:8084',
      CONTEXT_SIGNING_KEY: JSON.stringify(privateJwk),
      CONTEXT_KEYS: JSON.stringify({ keys: [publicJwk] }),
    };
  });

  it('needs addresses and keys, and has defaults for the rest', () => {
    expect(readConfig(GatewayConfig, least)).toMatchObject({
      JWT_ISSUERS: [],
      CORS_ORIGINS: [],
      TRUSTED_PROXIES: [],
      SERVER_TIMING: 'request',
    });
  });

  it('reads lists, empty entries left out', () => {
    const config = readConfig(GatewayConfig, { ...least, CORS_ORIGINS: ' https://a.test, ,https://b.test' });
    expect(config.CORS_ORIGINS).toEqual(['https://a.test', 'https://b.test']);
  });

  it('says what is missing or wrong, one line each', () => {
    const env = { ...least, IDENTITY_URL: undefined, PROFILE_URL: 'ftp://x', RATE_LIMIT_PER_MINUTE: '-1' };
    expect(() => readConfig(GatewayConfig, env)).toThrow(
      /IDENTITY_URL is missing\n {2}PROFILE_URL .*\n {2}RATE_LIMIT_PER_MINUTE /,
    );
  });
});
