// A push service and the browser behind it in one: takes messages, decrypts them with http_ece (npm, unmodified), checks
// the signature of the sender. node push_receiver.mjs PORT
import crypto from "node:crypto";
import http from "node:http";
import ece from "http_ece";

const keys = crypto.createECDH("prime256v1");
keys.generateKeys();
const authSecret = crypto.randomBytes(16).toString("base64url");
const received = [];
let answers = [];

function decrypt(headers, body) {
  if (headers["content-encoding"] === "aes128gcm") return ece.decrypt(body, { version: "aes128gcm", privateKey: keys, authSecret });
  const dh = /dh=([^;,]+)/.exec(headers["crypto-key"])[1];
  const salt = /salt=([^;,]+)/.exec(headers.encryption)[1];
  return ece.decrypt(body, { version: "aesgcm", privateKey: keys, authSecret, dh, salt });
}

/// RFC 8292: the claims, when the signature is that of the key which is named.
function verify(headers) {
  const vapid = /^vapid t=([^,]+),\s*k=(.+)$/.exec(headers.authorization);
  const token = vapid ? vapid[1] : /^WebPush (.+)$/.exec(headers.authorization)[1];
  const point = Buffer.from(vapid ? vapid[2] : /p256ecdsa=([^;,]+)/.exec(headers["crypto-key"])[1], "base64url");
  const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
  const key = crypto.createPublicKey({ key: jwk, format: "jwk" });
  const [head, claims, signature] = token.split(".");
  const good = crypto.verify("sha256", Buffer.from(`${head}.${claims}`), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  return good ? { ...JSON.parse(Buffer.from(claims, "base64url")), key: point.toString("base64url") } : null;
}

http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const json = (value) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  if (request.url === "/keys") return json({ p256dh: keys.getPublicKey("base64url"), auth: authSecret });
  if (request.url === "/received") return json(received);
  if (request.url === "/answers") {
    answers = JSON.parse(body);
    return json(answers);
  }
  const status = answers.shift() ?? 201;
  const message = { path: request.url, status, encoding: request.headers["content-encoding"], ttl: request.headers.ttl, urgency: request.headers.urgency };
  try {
    message.claims = verify(request.headers);
    // As text: JavaScript's numbers would round the notification's id.
    message.payload = decrypt(request.headers, body).toString();
  } catch (error) {
    message.error = String(error);
  }
  received.push(message);
  response.writeHead(status).end();
}).listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
