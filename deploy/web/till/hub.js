// ハブ: how this till asks, as any till does: private_key_jwt, DPoP where it was registered so.

import { b64url, jwt, sha256 } from "./keys.js";
import { keep, kept } from "./store.js";

const PATIENCE = 3000;  // milliseconds that an answer may take: docs/offline.md
const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DOORS = "/.well-known/oauth-authorization-server";

/** No answer came; whether the hub booked anything is not known. */
export class LineLost extends Error {}
/** The hub does not know this till any more. */
export class Stopped extends Error {}

/** Whether the hub can be reached; who wants to know listens for `turned`. */
export const line = Object.assign(new EventTarget(), { up: navigator.onLine });
let client;
let ahead = 0;    // the hub's own clock before this machine's, for the door: milliseconds
let nonce = "";
let tokens = {};  // by the scopes they were asked for

export function turn(up) {
  if (line.up === up) return;
  line.up = up;
  line.dispatchEvent(new Event("turned"));
}

async function fetched(path, how) {
  try {
    const answer = await fetch(path, { cache: "no-store", credentials: "omit", ...how, signal: AbortSignal.timeout(PATIENCE) });
    const text = await answer.text();
    nonce = answer.headers.get("dpop-nonce") ?? nonce;
    const said = Date.parse(answer.headers.get("date") ?? "");
    if (said) ahead = said - Date.now();
    turn(true);
    return { status: answer.status, headers: answer.headers, text, json: text ? parsed(text) : null };
  } catch {
    turn(false);
    throw new LineLost();
  }
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}

/** Who this till is, if it has been enrolled. */
export async function known() {
  client ??= await kept("client");
  return client;
}

const seconds = () => Math.floor((Date.now() + ahead) / 1000);
const once = () => b64url(crypto.getRandomValues(new Uint8Array(16)));

async function proof(method, path, token) {
  const claims = { htm: method, htu: client.issuer + path.split("?")[0], iat: seconds(), jti: once() };
  if (nonce) claims.nonce = nonce;
  if (token) claims.ath = b64url(await sha256(token));
  return jwt(client.key, { typ: "dpop+jwt", alg: "ES256", jwk: client.jwk }, claims);
}

async function knock(scope) {
  const said = { iss: client.client_id, sub: client.client_id, aud: client.issuer, iat: seconds(), exp: seconds() + 50, jti: once() };
  const form = new URLSearchParams({ grant_type: "client_credentials", scope, client_assertion_type: ASSERTION,
    client_assertion: await jwt(client.key, { typ: "JWT", alg: "ES256" }, said) });
  const headers = client.dpop ? { dpop: await proof("POST", "/oauth/token") } : {};
  return fetched("/oauth/token", { method: "POST", body: form, headers });
}

async function token(scope) {
  const had = tokens[scope];
  if (had && had.until > Date.now()) return had.token;
  let answer = await knock(scope);
  // A nonce to be used, or a clock that was wrong until this very answer told the time.
  if (answer.status === 400 || answer.status === 401) answer = await knock(scope);
  if (answer.status === 503 || answer.status === 429) throw new LineLost();
  if (answer.status !== 200) throw new Stopped();
  tokens[scope] = { token: answer.json.access_token, until: Date.now() + (answer.json.expires_in - 30) * 1000 };
  return tokens[scope].token;
}

/** One request; with another token, or another proof, where the first was not taken. */
export async function ask(method, path, { body, type = "application/json", scope } = {}) {
  await known();
  const wanted = scope ?? client.scopes.join(" ");
  for (let tries = 0; ; tries += 1) {
    const shown = await token(wanted);
    const headers = client.dpop
      ? { authorization: `DPoP ${shown}`, dpop: await proof(method, path, shown) }
      : { authorization: `Bearer ${shown}` };
    if (body !== undefined) headers["content-type"] = type;
    const answer = await fetched(path, { method, body, headers });
    if (answer.status !== 401 || tries === 2) return answer;
    if (answer.json?.type?.endsWith("/invalid-token")) tokens = {};
  }
}

/** Become the client that a code describes; the keys are made here and stay. */
export async function enrol(code, keys) {
  const doors = await fetched(DOORS, {});
  const sent = JSON.stringify({ code: code.trim(), jwk: keys.door.jwk, line_jwk: keys.line.jwk });
  const answer = await fetched("/v1/client-enrolments", { method: "POST", body: sent, headers: { "content-type": "application/json" } });
  if (answer.status !== 201) return answer;
  const { client_id, till, scopes, dpop, line_kid } = answer.json;
  client = { client_id, till, scopes, dpop, issuer: doors.json.issuer, key: keys.door.key, jwk: keys.door.jwk };
  await keep("chain", { kid: line_kid, key: keys.line.key, seq: 0, prev: "0".repeat(64) });
  await keep("client", client);
  return answer;
}

/** Look whether the hub is there again. */
export const probe = () => fetched("/health/live", {}).catch(() => null);

addEventListener("offline", () => turn(false));
