// What both clients stand on: keys, and a browser in which a member has signed in.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' }

export const told = JSON.parse(readFileSync(0, 'utf8'))
export const issuer = new URL(told.issuer)

export const privateKey = (jwk) => crypto.subtle.importKey('jwk', jwk, ECDSA, false, ['sign'])

export const newKeys = () => crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])

// The member reads the page and presses a button; the address that the browser is sent to.
export async function allows(url) {
  const headers = { cookie: told.cookie }
  const page = await fetch(url, { headers, redirect: 'manual' })
  const html = await page.text()
  assert.equal(page.status, 200, html)
  const hidden = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map((m) => [m[1], m[2]])
  const form = new URLSearchParams(hidden.filter(([name]) => name !== 'answer'))
  form.set('answer', 'allow')
  const answer = await fetch(new URL('/oauth/authorize', issuer), {
    method: 'POST', body: form, headers, redirect: 'manual',
  })
  assert.equal(answer.status, 303)
  return new URL(answer.headers.get('location'))
}
