// A till and an app on the client that most servers in JavaScript use.
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { allows, issuer, newKeys, privateKey, told } from './browser.mjs'

async function config({ client_id, jwk }) {
  const auth = jwk ? client.PrivateKeyJwt(await privateKey(jwk)) : client.None()
  const plain = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }
  return client.discovery(issuer, client_id, {}, auth, plain)
}

async function asTill() {
  const till = await config(told.till)
  const DPoP = client.getDPoPHandle(till, await newKeys())
  const token = await client.clientCredentialsGrant(till, { scope: 'points:quote' }, { DPoP })
  const url = new URL('/v1/tills/T01', issuer)
  const answer = await client.fetchProtectedResource(
    till, token.access_token, url, 'GET', undefined, undefined, { DPoP },
  )
  assert.equal(answer.status, 200)
  assert.equal((await client.tokenIntrospection(till, token.access_token)).active, true)
  await client.tokenRevocation(till, token.access_token)
  assert.equal((await client.tokenIntrospection(till, token.access_token)).active, false)
}

async function asApp(who) {
  const app = await config(who)
  const DPoP = client.getDPoPHandle(app, await newKeys())
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const asked = {
    redirect_uri: told.redirect_uri,
    scope: 'member:balance member:code',
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const pushed = await client.buildAuthorizationUrlWithPAR(app, asked, { DPoP })
  for (const url of [pushed, client.buildAuthorizationUrl(app, asked)]) {
    const back = await allows(url)
    const checks = { pkceCodeVerifier, expectedState }
    const token = await client.authorizationCodeGrant(app, back, checks, undefined, { DPoP })
    const fresh = await client.refreshTokenGrant(app, token.refresh_token, undefined, { DPoP })
    const balance = await client.fetchProtectedResource(
      app, fresh.access_token, new URL('/v1/me/balance', issuer), 'GET', undefined, undefined, { DPoP },
    )
    assert.equal(balance.status, 200)
    await client.tokenRevocation(app, fresh.refresh_token ?? token.refresh_token)
  }
}

await asTill()
await asApp(told.app)
await asApp(told.phone)
console.log('signed in')
