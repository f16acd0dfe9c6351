// Verifies one request with the very libraries of Misskey and PeerTube. In: {method, url, headers, body (base64), pem}.
import { createRequire } from "node:module";
import { parseRequestSignature, verifyDigestHeader, verifyDraftSignature } from "@misskey-dev/node-http-message-signatures";

const peertube = createRequire(import.meta.url)("@peertube/http-signature");

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { method, url, headers, body, pem } = JSON.parse(Buffer.concat(chunks));
const rawHeaders = headers.flat();
const request = { method, url, rawHeaders, headers: Object.fromEntries(headers.map(([k, v]) => [k.toLowerCase(), v])), httpVersion: "1.1" };

const parsed = parseRequestSignature(request);
const misskey = parsed.version === "draft" && (await verifyDraftSignature(parsed.value, pem, (m) => console.error(m)));
const digest = await verifyDigestHeader(request, Buffer.from(body, "base64"), true, (m) => console.error(m));
const theirs = peertube.parseRequest(request, { authorizationHeaderName: "signature" });
console.log(JSON.stringify({ misskey, digest, peertube: peertube.verifySignature(theirs, pem) }));
