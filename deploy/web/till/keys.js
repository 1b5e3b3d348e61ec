// 鍵: keys that are made here and never leave (WebCrypto, ES256, not extractable).

const ES256 = { name: "ECDSA", namedCurve: "P-256" };
const HASHED = { name: "ECDSA", hash: "SHA-256" };
const letters = new TextEncoder();

export const b64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
export const sha256 = (text) => crypto.subtle.digest("SHA-256", letters.encode(text));
export const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** RFC 8785 for texts, whole numbers, true, false, lists and objects. */
export function canonical(fields) {
  if (Array.isArray(fields)) return `[${fields.map(canonical).join(",")}]`;
  if (fields === null || typeof fields !== "object") return JSON.stringify(fields);
  const named = Object.keys(fields).filter((name) => fields[name] !== undefined).sort();
  return `{${named.map((name) => `${JSON.stringify(name)}:${canonical(fields[name])}`).join(",")}}`;
}

/** A pair whose private half no script can read, and the public half as a JWK. */
export async function made() {
  const pair = await crypto.subtle.generateKey(ES256, false, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { key: pair.privateKey, jwk: { kty, crv, x, y } };
}

/** ES256 over a text: r and s as they are, 64 bytes. */
export const signed = async (key, text) => b64url(await crypto.subtle.sign(HASHED, key, letters.encode(text)));

/** A compact JWS. */
export async function jwt(key, head, claims) {
  const said = [head, claims].map((part) => b64url(letters.encode(JSON.stringify(part)))).join(".");
  return `${said}.${await signed(key, said)}`;
}
