import { exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { createHub } from '../src/index';
import { issuers, startHub } from './helpers/hubs';
import { both, detail, ISSUER, mint, type TokenOptions } from './helpers/tokens';

const METADATA =
  'resource_metadata="https://hub.example/.well-known/oauth-protected-resource/.well-known/mercure"';
const URL = 'https://hub.example/.well-known/mercure';
const all = { authorization_details: both('*') };
const now = () => Math.floor(Date.now() / 1000);

/** The status and the challenge of a publication with a token. */
async function outcome(authorization: string | undefined, topic = 't') {
  const { request, refusals } = await startHub();
  const body = new URLSearchParams({ topic, data: 'x' });
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const response = await request('', { method: 'POST', body, headers });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    text: await response.text(),
    refusals,
  };
}

describe('check 5, the token matrix of protocol 1.0:', () => {
  it.each<[string, TokenOptions]>([
    ['of typ application/at+jwt', { header: { typ: 'application/at+jwt' } }],
    ['of typ AT+JWT', { header: { typ: 'AT+JWT' } }],
    ['for several audiences', { claims: { aud: ['https://other.example', URL] } }],
    ['whose exp is a fraction', { claims: { exp: Date.now() / 1000 + 60.5 } }],
    [
      'with an action that nobody knows',
      { claims: { authorization_details: [detail(['publish', 'dance'], [{ match: '*' }])] } },
    ],
    [
      'with details of another type, of whatever shape',
      { claims: { authorization_details: [{ type: 'other', actions: 7 }, 'text', null, ...both('t')] } },
    ],
    [
      'that grants a pattern',
      {
        claims: {
          authorization_details: [
            detail(['publish'], [{ match: '/.well-known/:x', match_type: 'urlpattern' }]),
          ],
        },
      },
    ],
  ])('a token %s is valid', async (_, options) => {
    const token = await mint(URL, { ...options, claims: { ...all, ...options.claims } });
    expect(await outcome(`Bearer ${token}`)).toMatchObject({ status: 200, challenge: null });
  });

  it.each<[string, TokenOptions]>([
    ['of typ JWT', { header: { typ: 'JWT' } }],
    ['without a typ', { header: { typ: undefined } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['without an issuer', { claims: { iss: undefined } }],
    ['for another audience', { claims: { aud: 'https://other.example' } }],
    ['for an audience that only begins as ours', { claims: { aud: `${URL}/` } }],
    ['without an audience', { claims: { aud: undefined } }],
    ['that has expired', { claims: { exp: now() - 1 } }],
    ['that never expires', { claims: { exp: undefined } }],
    ['that is not valid yet', { claims: { nbf: now() + 60 } }],
    ['signed with another secret', { key: new TextEncoder().encode('another secret of thirty-two bytes') }],
    [
      'of an algorithm that is not accepted',
      { header: { alg: 'HS512' }, key: new TextEncoder().encode('x'.repeat(64)) },
    ],
    ['whose details are no array', { claims: { authorization_details: {} } }],
    [
      'with a topic that is a bare text',
      { claims: { authorization_details: [...both('*'), detail(['publish'], ['t'])] } },
    ],
    ['with an empty match', { claims: { authorization_details: both('') } }],
    [
      'with an unknown match_type',
      { claims: { authorization_details: [detail(['publish'], [{ match: '*', match_type: 'regexp' }])] } },
    ],
    [
      'with a pattern that is none',
      {
        claims: { authorization_details: [detail(['publish'], [{ match: '/(', match_type: 'urlpattern' }])] },
      },
    ],
    [
      'with a pattern that needs backtracking',
      {
        claims: {
          authorization_details: [detail(['publish'], [{ match: '/((?=a)a)', match_type: 'urlpattern' }])],
        },
      },
    ],
    ['without actions', { claims: { authorization_details: [detail(undefined, [{ match: '*' }])] } }],
    ['with no action', { claims: { authorization_details: [detail([], [{ match: '*' }])] } }],
    [
      'with an action that is no text',
      { claims: { authorization_details: [detail(['publish', 7], [{ match: '*' }])] } },
    ],
    ['with no topic', { claims: { authorization_details: [detail(['publish'], [])] } }],
    [
      'with a payload that is no object',
      { claims: { authorization_details: [detail(['publish'], [{ match: '*' }], { payload: 'x' })] } },
    ],
    [
      'with too many details',
      { claims: { authorization_details: Array.from({ length: 101 }, () => both('*')).flat() } },
    ],
    [
      'with too many topics',
      { claims: { authorization_details: both(...Array.from({ length: 101 }, (_, n) => `${n}`)) } },
    ],
    ['with a match that is too long', { claims: { authorization_details: both('x'.repeat(4097)) } }],
    ['with a match that has a control character', { claims: { authorization_details: both('a\u0085') } }],
  ])('a token %s is invalid, and the client is not told why', async (_, options) => {
    const { claims, header, key } = options;
    const token = await mint(URL, { key, header, claims: { ...all, ...claims } });
    const { status, challenge, text, refusals } = await outcome(`Bearer ${token}`);
    expect([status, challenge]).toEqual([401, `Bearer error="invalid_token", ${METADATA}`]);
    expect(text).toBe('The access token is not valid: get a new one\n');
    expect(refusals).toMatchObject([
      { status: 401, error: 'invalid_token', method: 'POST', path: '/.well-known/mercure' },
    ]);
    expect(refusals[0]?.reason).not.toBe('');
    expect(JSON.stringify(refusals)).not.toContain(token);
  });

  it.each([
    ['alg none', { alg: 'none', typ: 'at+jwt' }],
    ['alg none in capitals', { alg: 'NONE', typ: 'at+jwt' }],
  ])('a token with %s is invalid', async (_, header) => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: ISSUER, aud: URL, exp: now() + 60, ...all };
    expect(await outcome(`Bearer ${encode(header)}.${encode(claims)}.`)).toMatchObject({
      status: 401,
      challenge: `Bearer error="invalid_token", ${METADATA}`,
    });
  });

  it('without a token, the challenge names no error', async () => {
    expect(await outcome(undefined)).toMatchObject({ status: 401, challenge: `Bearer ${METADATA}` });
  });

  it('a token that allows something else is forbidden', async () => {
    const forbidden = { status: 403, challenge: `Bearer error="insufficient_scope", ${METADATA}` };
    const other = await mint(URL, { claims: { authorization_details: both('other') } });
    expect(await outcome(`Bearer ${other}`)).toMatchObject(forbidden);
    const reader = await mint(URL, {
      claims: { authorization_details: [detail(['subscribe'], [{ match: '*' }])] },
    });
    expect(await outcome(`Bearer ${reader}`)).toMatchObject(forbidden);
    expect(await outcome(`Bearer ${await mint(URL)}`)).toMatchObject(forbidden);
  });

  it('an update with one topic that is not granted is published to none', async () => {
    const { publish, subscribe, token } = await startHub();
    const reader = await subscribe('?match=*');
    const authorization = `Bearer ${await token('a')}`;
    expect((await publish({ topic: ['a', 'b'], data: 'forbidden' }, { authorization })).status).toBe(403);
    await publish({ topic: 'a', data: 'allowed' }, { authorization });
    await reader.until(1);
    expect(reader.data).toEqual(['allowed']);
  });

  it.each([
    ['no token behind it', 'Bearer'],
    ['an empty token behind it', 'Bearer '],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['two tokens', 'Bearer a.b.c, Bearer a.b.c'],
    ['a character that no token has', 'Bearer a b'],
  ])('an Authorization header with %s is a bad request', async (_, authorization) => {
    expect(await outcome(authorization)).toMatchObject({
      status: 400,
      challenge: `Bearer error="invalid_request", ${METADATA}`,
    });
  });

  it('two Authorization headers are a bad request on node:http too, which would take the first', async () => {
    const { url, token } = await startHub({}, 'node');
    const { request } = await import('node:http');
    const authorization = [`Bearer ${await token()}`, `Bearer ${await token()}`];
    const status = await new Promise((resolve, reject) => {
      const req = request(
        url,
        { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        (res) => resolve(res.statusCode),
      );
      req.on('error', reject);
      req.setHeader('authorization', authorization);
      req.end('topic=a');
    });
    expect(status).toBe(400);
  });

  it('the scheme may be in any case', async () => {
    expect((await outcome(`bEaReR ${await mint(URL, { claims: all })}`)).status).toBe(200);
  });
});

describe('check 5, keys:', () => {
  const hubWith = (list: Parameters<typeof createHub>[0]['issuers']) => startHub({ issuers: list });
  const publishWith = async (list: Parameters<typeof hubWith>[0], options: TokenOptions) => {
    const { publish } = await hubWith(list);
    const token = await mint(URL, { ...options, claims: { ...all, ...options.claims } });
    return (await publish({ topic: 'a' }, { authorization: `Bearer ${token}` })).status;
  };

  it.each(['RS256', 'ES256', 'EdDSA'])(
    'a public key verifies %s, and is no secret for HS256',
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const pem = await exportSPKI(publicKey);
      const jwk = await exportJWK(publicKey);
      for (const key of [pem, jwk, publicKey]) {
        const list = [{ id: ISSUER, publisher: { key, algorithms: [alg] } }];
        expect(await publishWith(list, { header: { alg }, key: privateKey })).toBe(200);
        expect(
          await publishWith(list, { header: { alg: 'HS256' }, key: new TextEncoder().encode(pem) }),
        ).toBe(401);
      }
    },
  );

  it('a key in the token itself counts for nothing', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const trusted = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
    const list = [{ id: ISSUER, publisher: { key: trusted, algorithms: ['ES256'] } }];
    expect(await publishWith(list, { header: { alg: 'ES256', jwk }, key: privateKey })).toBe(401);
  });

  it('the key of one issuer does not verify for another, nor that of one role for the other', async () => {
    const verifier = (secret: string) => ({ key: secret, algorithms: ['HS256'] });
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];
    const list = [
      { id: 'a', publisher: verifier(a), subscriber: verifier(c) },
      { id: 'b', publisher: verifier(b) },
    ];
    const bytes = (secret: string) => new TextEncoder().encode(secret);
    const statuses = [];
    for (const [iss, key] of [
      ['a', a],
      ['b', b],
      ['a', b],
      ['b', a],
      ['a', c],
      ['b', c],
    ] as const)
      statuses.push(await publishWith(list, { claims: { iss }, key: bytes(key) }));
    expect(statuses).toEqual([200, 200, 401, 401, 401, 401]);
  });

  it('a key set is loaded from its address, and a set that cannot be loaded is no fault of the token', async () => {
    const { serveJson } = await import('./helpers/serve-json');
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const [second, other] = [
      await generateKeyPair('ES256', { extractable: true }),
      await generateKeyPair('ES256', { extractable: true }),
    ];
    const set = { keys: [await exportJWK(publicKey), await exportJWK(second.publicKey)] };
    const jwks = await serveJson(set);
    const list = [{ id: ISSUER, publisher: { jwks } }];
    for (const [key, status] of [
      [privateKey, 200],
      [second.privateKey, 200],
      [other.privateKey, 401],
    ] as const)
      expect(await publishWith(list, { header: { alg: 'ES256' }, key })).toBe(status);
    const away = [{ id: ISSUER, publisher: { jwks: 'http://127.0.0.1:1/keys' } }];
    expect(await publishWith(away, { header: { alg: 'ES256' }, key: privateKey })).toBe(503);
  });

  it('the reason of a refusal is that of the key in a set that the token was signed with', async () => {
    const { serveJson } = await import('./helpers/serve-json');
    const [first, second] = [
      await generateKeyPair('ES256', { extractable: true }),
      await generateKeyPair('ES256', { extractable: true }),
    ];
    const jwks = await serveJson({
      keys: [await exportJWK(first.publicKey), await exportJWK(second.publicKey)],
    });
    const { publish, refusals } = await hubWith([{ id: ISSUER, publisher: { jwks } }]);
    for (const { privateKey: key } of [first, second]) {
      const token = await mint(URL, { header: { alg: 'ES256' }, key, claims: { ...all, exp: now() - 60 } });
      expect((await publish({ topic: 'a' }, { authorization: `Bearer ${token}` })).status).toBe(401);
    }
    const reason = expect.stringContaining('"exp"');
    expect(refusals).toMatchObject([{ reason }, { reason }]);
  });

  const expected = {
    secret: 'a secret as text or bytes, which HS256 and its like need',
    publicKey: 'a public key: PEM (SPKI or a certificate), JWK or CryptoKey',
    oneKind: 'algorithms of one kind: those of a secret (HS256) go with no others',
    list: 'an array of algorithms such as EdDSA or HS256',
    ofSet: 'asymmetric algorithms such as EdDSA',
  };
  const PEM = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----';
  const own = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'xxxxxx' };
  const jwks = 'https://a.example/keys';
  it.each<[string, object, 'key' | 'algorithms' | 'jwks', string]>([
    [
      'a secret that is too short',
      { key: 'short', algorithms: ['HS256'] },
      'key',
      'a secret of at least 32 bytes for HS256',
    ],
    [
      'a secret that is too short for one of its algorithms',
      { key: new Uint8Array(63), algorithms: ['HS256', 'HS512', 'HS384'] },
      'key',
      'a secret of at least 64 bytes for HS256, HS512, HS384',
    ],
    ['a public key as a secret', { key: PEM, algorithms: ['HS256'] }, 'key', expected.secret],
    ['a JWK as a secret', { key: { kty: 'EC' }, algorithms: ['HS256'] }, 'key', expected.secret],
    ['no secret', { algorithms: ['HS256'] }, 'key', expected.secret],
    ['a private key', { key: own, algorithms: ['ES256'] }, 'key', expected.publicKey],
    [
      'a private key as PEM',
      { key: PEM.replaceAll('PUBLIC', 'PRIVATE'), algorithms: ['ES256'] },
      'key',
      expected.publicKey,
    ],
    [
      'a secret as JWK',
      { key: { kty: 'oct', k: 'xxxxxx' }, algorithms: ['ES256'] },
      'key',
      expected.publicKey,
    ],
    [
      'a secret as a CryptoKey',
      { key: { type: 'secret' }, algorithms: ['ES256'] },
      'key',
      expected.publicKey,
    ],
    ['a text that is no key', { key: 'x'.repeat(32), algorithms: ['ES256'] }, 'key', expected.publicKey],
    ['no public key', { algorithms: ['ES256'] }, 'key', expected.publicKey],
    [
      'algorithms of two kinds',
      { key: 'x'.repeat(32), algorithms: ['HS256', 'RS256'] },
      'algorithms',
      expected.oneKind,
    ],
    ['the algorithm none', { key: 'x'.repeat(32), algorithms: ['none'] }, 'algorithms', expected.list],
    ['no algorithm', { key: 'x'.repeat(32), algorithms: [] }, 'algorithms', expected.list],
    [
      'an algorithm that is no list',
      { key: 'x'.repeat(32), algorithms: 'ES256' },
      'algorithms',
      expected.list,
    ],
    ['a secret from a key set', { jwks, algorithms: ['HS256'] }, 'algorithms', expected.ofSet],
    ['a key set without an address', { jwks: 'keys' }, 'jwks', 'the address of a key set'],
    ['a key set beside a key', { jwks, key: PEM }, 'jwks', 'to be absent, or `key` to be'],
  ])('%s is refused where the hub is made, without its value', (_, publisher, name, rule) => {
    const make = () => createHub({ url: URL, issuers: [{ id: ISSUER, publisher: publisher as never }] });
    const option = `issuers[0].publisher.${name}`;
    const message = expect.stringContaining(`Invalid option \`${option}\`: expected ${rule}`);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option, message }));
    expect(make).not.toThrow(/xxxxx|short|MFkw/);
  });
});

describe('check 5, the metadata of the hub', () => {
  it('says how to get and present a token', async () => {
    const { request, url } = await startHub({
      issuers: issuers.map((one) => ({ ...one, authorizationServer: true })),
      subscriptions: true,
    });
    const response = await request('/.well-known/oauth-protected-resource/.well-known/mercure');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      resource: url,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ['header'],
      authorization_details_types_supported: ['https://mercure.rocks/authorization-detail'],
      mercure_cookie: '__Secure-mercure_access_token',
      mercure_matcher_types_supported: ['exact', 'urlpattern'],
      mercure_subscriptions: true,
    });
  });

  it('is not there if the hub reads no tokens, and is in no challenge then', async () => {
    const { request } = await startHub({ issuers: [], anonymous: false });
    expect((await request('/.well-known/oauth-protected-resource/.well-known/mercure')).status).toBe(404);
    const response = await request('?match=a');
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});
