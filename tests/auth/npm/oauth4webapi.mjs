// A till and an app as a strict, low-level client sees the doors.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { allows, issuer, newKeys, privateKey, told } from './browser.mjs'

const plain = { [oauth.allowInsecureRequests]: true }
const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain })
const as = await oauth.processDiscoveryResponse(issuer, found)

// A request that is told to use a nonce is made again; how often that was.
let nonces = 0
async function again(ask, read) {
  try {
    return await read(await ask())
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    nonces += 1
    return read(await ask())
  }
}

async function asTill() {
  const client = { client_id: told.till.client_id }
  const auth = oauth.PrivateKeyJwt(await privateKey(told.till.jwk))
  const options = { DPoP: oauth.DPoP(client, await newKeys()), ...plain }
  const token = await again(
    () => oauth.clientCredentialsGrantRequest(as, client, auth, { scope: 'points:quote' }, options),
    (answer) => oauth.processClientCredentialsResponse(as, client, answer),
  )
  assert.equal(token.token_type, 'dpop')
  const url = new URL('/v1/tills/T01', issuer)
  const resource = () =>
    oauth.protectedResourceRequest(token.access_token, 'GET', url, undefined, undefined, options)
  assert.equal((await again(resource, (answer) => answer)).status, 200)
  const said = async () =>
    oauth.processIntrospectionResponse(
      as, client, await oauth.introspectionRequest(as, client, auth, token.access_token, plain),
    )
  assert.equal((await said()).active, true)
  const revoked = await oauth.revocationRequest(as, client, auth, token.access_token, plain)
  await oauth.processRevocationResponse(revoked)
  assert.equal((await said()).active, false)
}

async function asApp({ client_id, jwk }) {
  const client = { client_id }
  const auth = jwk ? oauth.PrivateKeyJwt(await privateKey(jwk)) : oauth.None()
  const options = { DPoP: oauth.DPoP(client, await newKeys()), ...plain }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const asked = {
    client_id,
    redirect_uri: told.redirect_uri,
    response_type: 'code',
    scope: 'member:balance',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  const pushed = await again(
    () => oauth.pushedAuthorizationRequest(as, client, auth, asked, options),
    (answer) => oauth.processPushedAuthorizationResponse(as, client, answer),
  )
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({ client_id, request_uri: pushed.request_uri })
  const answer = oauth.validateAuthResponse(as, client, await allows(url), state)
  const token = await again(
    () =>
      oauth.authorizationCodeGrantRequest(
        as, client, auth, answer, told.redirect_uri, verifier, options,
      ),
    (said) => oauth.processAuthorizationCodeResponse(as, client, said),
  )
  const fresh = await again(
    () => oauth.refreshTokenGrantRequest(as, client, auth, token.refresh_token, options),
    (said) => oauth.processRefreshTokenResponse(as, client, said),
  )
  const balance = await again(
    () =>
      oauth.protectedResourceRequest(
        fresh.access_token, 'GET', new URL('/v1/me/balance', issuer), undefined, undefined, options,
      ),
    (said) => said,
  )
  assert.equal(balance.status, 200)
  const last = fresh.refresh_token ?? token.refresh_token
  const revoked = await oauth.revocationRequest(as, client, auth, last, plain)
  await oauth.processRevocationResponse(revoked)
  await assert.rejects(
    again(
      () => oauth.refreshTokenGrantRequest(as, client, auth, last, options),
      (said) => oauth.processRefreshTokenResponse(as, client, said),
    ),
    { error: 'invalid_grant' },
  )
}

await asTill()
await asApp(told.app)
await asApp(told.phone)
assert.ok(nonces >= 3)
console.log('signed in')
