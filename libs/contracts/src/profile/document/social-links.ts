import { z } from 'zod';
import { webLink } from '../link.js';

/** Where each network has its people. A link under a network's name that leads elsewhere would be believed and be wrong. */
const homes: Readonly<Record<string, readonly string[]>> = {
  behance: ['behance.net'],
  bitbucket: ['bitbucket.org'],
  bluesky: ['bsky.app'],
  codeberg: ['codeberg.org'],
  dribbble: ['dribbble.com'],
  facebook: ['facebook.com', 'fb.com'],
  github: ['github.com'],
  gitlab: ['gitlab.com'],
  instagram: ['instagram.com'],
  linkedin: ['linkedin.com'],
  npm: ['npmjs.com'],
  orcid: ['orcid.org'],
  pinterest: ['pinterest.com'],
  reddit: ['reddit.com'],
  researchgate: ['researchgate.net'],
  stackoverflow: ['stackoverflow.com'],
  telegram: ['t.me', 'telegram.me'],
  threads: ['threads.net', 'threads.com'],
  tiktok: ['tiktok.com'],
  twitch: ['twitch.tv'],
  twitter: ['twitter.com', 'x.com'],
  x: ['x.com', 'twitter.com'],
  xing: ['xing.com'],
  youtube: ['youtube.com', 'youtu.be'],
};

/** Networks that live on many hosts are known by how the address of a person looks there. */
const shapes: Readonly<Record<string, RegExp>> = { mastodon: /^\/@[\w.-]+(?:@[\w.-]+)?\/?$/ };

/** Entrances that networks keep beside the bare host, as in `www.` and `at.linkedin.com`. */
const entrance = /^(?:www|m|mobile|[a-z]{2})\./;

/** What is wrong with a link under this name; null for a right one, and for every name that is no known network. */
function wrongUnder(network: string, link: string): string | null {
  const { host, protocol, pathname } = new URL(link);
  const hosts = Object.hasOwn(homes, network) ? homes[network] : undefined;
  const shape = Object.hasOwn(shapes, network) ? shapes[network] : undefined;
  if (!hosts && !shape) return null;
  if (protocol !== 'https:') return 'must be an https address';
  if (hosts && !hosts.includes(host) && !hosts.includes(host.replace(entrance, ''))) {
    return `must be an address at ${hosts.join(' or ')}`;
  }
  return shape && !shape.test(pathname) ? 'must be the address of a person, as in https://mastodon.example/@ada' : null;
}

/** Links by name of network. Names that are not known may lead anywhere a browser may safely go. */
export const SocialLinks = z
  .record(z.string().regex(/^[a-z][a-z0-9_-]{0,29}$/, 'must be the lower-case name of a network'), webLink)
  .superRefine((links, ctx) => {
    if (Object.keys(links).length > 20) ctx.addIssue({ code: 'custom', message: 'must not have more than 20 links' });
    for (const [network, link] of Object.entries(links)) {
      // What is no link at all has been said already.
      const message = URL.canParse(link) ? wrongUnder(network, link) : null;
      if (message) ctx.addIssue({ code: 'custom', path: [network], message });
    }
  });
