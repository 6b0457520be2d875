// A soft certificate: a PEM file with a certificate and its PKCS#8 key, read and used in this page only. Nothing of the key leaves it.
// Encrypted keys: PBES2 with PBKDF2 (HMAC-SHA-1/256/384/512) and AES-CBC, which is what WebCrypto offers (RFC 8018).
"use strict";
(() => {
  const OIDS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.10045.2.1": "EC",
    "1.2.840.10045.3.1.7": { curve: "P-256", size: 32 },
    "1.3.132.0.34": { curve: "P-384", size: 48 },
    "1.3.132.0.35": { curve: "P-521", size: 66 },
    "1.2.840.113549.1.5.13": "PBES2",
    "1.2.840.113549.1.5.12": "PBKDF2",
    "1.2.840.113549.2.7": "SHA-1",
    "1.2.840.113549.2.9": "SHA-256",
    "1.2.840.113549.2.10": "SHA-384",
    "1.2.840.113549.2.11": "SHA-512",
    "2.16.840.1.101.3.4.1.2": 128,
    "2.16.840.1.101.3.4.1.22": 192,
    "2.16.840.1.101.3.4.1.42": 256,
  };
  const fail = (code) => { throw Object.assign(new Error(code), { code }); };

  // A DER element: its tag, its content, and where the next one begins.
  const element = (bytes, at = 0) => {
    let length = bytes[at + 1];
    let start = at + 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      length = 0;
      for (let i = 0; i < count; i += 1) length = length * 256 + bytes[start + i];
      start += count;
    }
    if (!(start + length <= bytes.length)) fail("bad-file");
    return { tag: bytes[at], content: bytes.subarray(start, start + length), end: start + length };
  };
  const children = (bytes) => {
    const found = [];
    for (let at = 0; at < bytes.length; at = found[found.length - 1].end) found.push(element(bytes, at));
    return found;
  };
  const oid = (bytes) => {
    const parts = [Math.min(2, Math.floor(bytes[0] / 40))];
    parts.push(bytes[0] - parts[0] * 40);
    let value = 0;
    for (const byte of bytes.subarray(1)) {
      value = value * 128 + (byte & 0x7f);
      if (!(byte & 0x80)) { parts.push(value); value = 0; }
    }
    return OIDS[parts.join(".")];
  };
  const number = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

  const blocks = (text, kind) => [...text.matchAll(new RegExp(`-----BEGIN ${kind}-----([\\s\\S]+?)-----END ${kind}-----`, "g"))]
    .map((found) => {
      try {
        return Uint8Array.from(atob(found[1].replace(/\s+/g, "")), (letter) => letter.charCodeAt(0));
      } catch { return fail("bad-file"); }
    });

  const decrypted = async (bytes, password) => {
    const [algorithm, data] = children(element(bytes).content);
    const [scheme, parameters] = children(algorithm.content);
    if (oid(scheme.content) !== "PBES2") fail("bad-cipher");
    const [derivation, encryption] = children(parameters.content);
    const [kdf, settings] = children(derivation.content);
    const [cipher, iv] = children(encryption.content);
    const length = oid(cipher.content);
    if (oid(kdf.content) !== "PBKDF2" || !(length > 0)) fail("bad-cipher");
    const [salt, rounds, ...rest] = children(settings.content);
    const prf = rest.find((one) => one.tag === 0x30);
    const hash = prf ? oid(children(prf.content)[0].content) : "SHA-1";
    if (!hash) fail("bad-cipher");
    const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash, salt: salt.content, iterations: number(rounds.content) };
    const key = await crypto.subtle.deriveKey(how, base, { name: "AES-CBC", length }, false, ["decrypt"]);
    try {
      return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv: iv.content }, key, data.content));
    } catch { return fail("bad-password"); }
  };

  const algorithmOf = (pkcs8) => {
    const [kind, parameters] = children(children(element(pkcs8).content)[1].content);
    if (oid(kind.content) === "RSA") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const curve = oid(kind.content) === "EC" && parameters.tag === 6 ? oid(parameters.content) : null;
    return curve ? { name: "ECDSA", namedCurve: curve.curve, hash: "SHA-256" } : fail("bad-cipher");
  };

  // -> { certificate, chain, sign(text) }: DER bytes, and a function that signs. The first certificate is the person's own.
  const open = async (text, password) => {
    const certificates = blocks(text, "CERTIFICATE");
    const [plain] = blocks(text, "PRIVATE KEY");
    const [sealed] = blocks(text, "ENCRYPTED PRIVATE KEY");
    if (!certificates.length || !(plain || sealed)) fail("bad-file");
    const pkcs8 = plain || await decrypted(sealed, password);
    let algorithm;
    try {
      algorithm = algorithmOf(pkcs8);
    } catch (error) { throw sealed && error.code === "bad-file" ? Object.assign(error, { code: "bad-password" }) : error; }
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]).catch(() => fail("bad-cipher"));
    return {
      certificate: certificates[0],
      chain: certificates.slice(1),
      sign: async (signed) => new Uint8Array(await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(signed))),
    };
  };

  window.gongmenCertificateFile = { open };
})();
