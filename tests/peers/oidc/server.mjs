// Peer: npm `oidc-provider` as a strict authorization server, reached the way GitLab is.
//
//   node server.mjs [SECONDS]     SECONDS: how long access tokens live, 7200 if left out
//
// The first line on stdout is its base address on 127.0.0.1, at a port that the system chose. It ends when its stdin does.
//
// Everything about OAuth is the package's: PKCE with S256 or nothing, a loopback address with any port, device login, refresh tokens that
// serve once and whose reuse revokes the whole grant. Ours are the addresses, the three calls of GitLab's API that a login needs (they look
// tokens up in the package's own store), and `/test/…`:
//
//   GET  /test/seen           what happened at the token endpoint, per grant and in all
//   POST /test/life/SECONDS   how long access tokens live from now on
import { createServer } from 'node:http';
import { generateKeyPair, exportJWK } from 'jose';
import { Provider } from 'oidc-provider';

// The package's advice for servers that are none of a test's.
console.info = console.warn = console.error;

const CLIENT = 'gitconn-peers';
const SCOPES = ['api', 'read_user'];

let life = Number(process.argv[2] ?? 7200);
const seen = { bought: {}, refused: [], grants: {} };
const grant = (id) => (seen.grants[id] ??= { bought: 0, renewed: 0, revoked: false });

const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const provider = new Provider(base, {
  clients: [
    {
      client_id: CLIENT,
      client_name: 'gitconn',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/callback'],
      scope: SCOPES.join(' '),
    },
  ],
  scopes: SCOPES,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
  cookies: { keys: ['for tests alone'] },
  routes: {
    authorization: '/oauth/authorize',
    token: '/oauth/token',
    device_authorization: '/oauth/authorize_device',
    code_verification: '/oauth/device',
    revocation: '/oauth/revoke',
  },
  pkce: { required: () => true },
  features: {
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  expiresWithSession: async () => false,
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  ttl: {
    AccessToken: () => life,
    AuthorizationCode: 60,
    DeviceCode: 600,
    Grant: 86400,
    Interaction: 600,
    RefreshToken: 86400,
    Session: 600,
  },
});

// GitLab ends the access token before with its refresh token.
const current = new Map();
provider.on('access_token.saved', async (token) => {
  const before = current.get(token.grantId);
  current.set(token.grantId, token);
  if (before) await before.destroy();
});
provider.on('grant.success', (ctx) => {
  const { grant_type: kind } = ctx.oidc.params;
  seen.bought[kind] = (seen.bought[kind] ?? 0) + 1;
  const { grantId } = ctx.oidc.entities.AccessToken;
  grant(grantId)[kind === 'refresh_token' ? 'renewed' : 'bought'] += 1;
});
provider.on('grant.error', (ctx, error) => {
  if (['authorization_pending', 'slow_down'].includes(error.error)) return;
  seen.refused.push({ kind: ctx.oidc.params?.grant_type, error: error.error, why: error.error_detail ?? error.error_description });
});
provider.on('grant.revoked', (ctx, grantId) => {
  grant(grantId).revoked = true;
});
provider.on('authorization.error', (ctx, error) => {
  seen.refused.push({ kind: 'authorization', error: error.error, why: error.error_description });
});

function answer(response, status, value, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}

/// The access token that a request bears, if it is one that works.
async function bearer(request) {
  const [, value] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  const token = value && (await provider.AccessToken.find(value));
  return token && token.isValid ? token : undefined;
}

/// A number that an account keeps: GitLab's ids are numbers.
const number = (account) => [...account].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 1_000_000, 7);

async function api(request, response, path) {
  const token = await bearer(request);
  if (!token) {
    // What GitLab says of a token that it does not know, in its API and at its authorization server.
    const words = 'Token was revoked. You have to re-authorize from the user.';
    return path.startsWith('/oauth')
      ? answer(response, 401, { error: 'invalid_token', error_description: 'The access token is invalid', state: 'unauthorized' })
      : answer(response, 401, { error: 'invalid_token', error_description: words });
  }
  const account = token.accountId;
  const scope = [...token.scopes];
  switch (path) {
    case '/api/v4/user':
      return answer(response, 200, {
        id: number(account),
        username: account,
        name: account,
        state: 'active',
        bot: false,
        web_url: `${base}/${account}`,
      });
    case '/oauth/token/info':
      return answer(response, 200, {
        resource_owner_id: number(account),
        scope,
        expires_in: token.remainingTTL,
        application: { uid: token.clientId },
        created_at: token.iat,
        scopes: scope,
        expires_in_seconds: token.remainingTTL,
      });
    default:
      return answer(response, 200, [
        {
          id: 1,
          path: 'tools',
          path_with_namespace: `${account}/tools`,
          web_url: `${base}/${account}/tools`,
          http_url_to_repo: `${base}/${account}/tools.git`,
          visibility: 'private',
          default_branch: 'main',
          archived: false,
          empty_repo: false,
          last_activity_at: '2026-11-01T12:00:00.000Z',
        },
      ], { 'x-total': '1', 'x-total-pages': '1', 'x-page': '1', 'x-per-page': '100', 'x-next-page': '' });
  }
}

const calls = ['/api/v4/user', '/oauth/token/info', '/api/v4/projects'];
const oauth = provider.callback();
server.on('request', (request, response) => {
  const { pathname } = new URL(request.url, base);
  if (calls.includes(pathname)) {
    api(request, response, pathname).catch((error) => response.destroy(error));
  } else if (pathname === '/test/seen') {
    answer(response, 200, seen);
  } else if (pathname.startsWith('/test/life/') && request.method === 'POST') {
    life = Number(pathname.slice('/test/life/'.length));
    answer(response, 200, { life });
  } else {
    oauth(request, response);
  }
});

process.stdin.resume();
process.stdin.on('close', () => process.exit(0));
console.log(base);
