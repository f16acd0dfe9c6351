// A small Fedify server with one actor, driven over /control by the test beside it.
// Usage: node fedify_peer.mjs PORT draft-cavage-http-signatures-12|rfc9421
import { createServer } from "node:http";
import { Temporal } from "@js-temporal/polyfill";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import { Accept, Announce, Audio, Block, Collection, Create, Delete, Document, Endpoints, Follow, Like, Note, Person, PUBLIC_COLLECTION, Question, Reject, Undo, Update } from "@fedify/vocab";

const port = Number(process.argv[2]);
const firstKnock = process.argv[3];
const origin = `http://127.0.0.1:${port}`;
const name = "fred";

const state = { followers: {}, following: [], received: [], signatures: [], errors: [] };
const keyPairs = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
const notes = new Map();

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue(),
  allowPrivateAddress: true,
  firstKnock,
});

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== name) return null;
    const keys = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Fred of Fedify",
      summary: "<p>peer</p>",
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      url: new URL(`/@${identifier}`, origin),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((k) => k.multikey),
    });
  })
  .setKeyPairsDispatcher((_ctx, identifier) => (identifier === name ? keyPairs : []));
federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
  items: Object.entries(state.followers).map(([id, inbox]) => ({ id: new URL(id), inboxId: new URL(inbox) })),
}));
federation.setObjectDispatcher(Note, "/notes/{id}", (_ctx, { id }) => notes.get(id) ?? null);
federation.setObjectDispatcher(Question, "/questions/{id}", (_ctx, { id }) => notes.get(id) ?? null);

async function attachmentsOf(object) {
  const found = [];
  if (!object?.getAttachments) return found;
  for await (const one of object.getAttachments()) {
    found.push({ kind: one.constructor.name, url: String(one.url?.href ?? one.url), mediaType: one.mediaType, name: one.name?.toString() ?? null, width: one.width, height: one.height });
  }
  return found;
}

const remember = (type) => async (_ctx, activity) => {
  const object = await activity.getObject({ crossOrigin: "trust" }).catch(() => null);
  state.received.push({
    type,
    id: activity.id?.href ?? null,
    actor: activity.actorId?.href ?? null,
    object: activity.objectId?.href ?? null,
    content: object?.content?.toString() ?? null,
    name: object?.name?.toString() ?? null,
    attachments: await attachmentsOf(object),
    kind: object?.constructor.name ?? null,
  });
};
const listeners = federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
listeners.onError((_ctx, error) => state.errors.push(String(error)));
listeners
  .on(Follow, async (ctx, follow) => {
    const follower = await follow.getActor(ctx);
    state.followers[follower.id.href] = follower.inboxId.href;
    await remember("Follow")(ctx, follow);
    const accept = new Accept({ id: new URL(`#accepts/${Date.now()}`, ctx.getActorUri(name)), actor: follow.objectId, object: follow });
    await ctx.sendActivity({ identifier: name }, follower, accept);
  })
  .on(Accept, async (ctx, accept) => {
    state.following.push(accept.actorId.href);
    await remember("Accept")(ctx, accept);
  })
  .on(Undo, async (ctx, undo) => {
    const inner = await undo.getObject(ctx);
    if (inner instanceof Follow) delete state.followers[undo.actorId.href];
    await remember(`Undo${inner?.constructor.name ?? ""}`)(ctx, undo);
  })
  .on(Create, remember("Create"))
  .on(Update, remember("Update"))
  .on(Delete, remember("Delete"))
  .on(Like, remember("Like"))
  .on(Announce, remember("Announce"))
  .on(Reject, remember("Reject"))
  .on(Block, remember("Block"));

let serial = 0;
const nextId = (ctx, kind) => new URL(`#${kind}/${++serial}`, ctx.getActorUri(name));
const followersUri = (ctx) => ctx.getFollowersUri(name);

const actions = {
  async follow(ctx, { actor }) {
    const target = await ctx.lookupObject(actor);
    await ctx.sendActivity({ identifier: name }, target, new Follow({ id: nextId(ctx, "follows"), actor: ctx.getActorUri(name), object: target.id }));
  },
  // `attachments`: url, mediaType, name, width, height, seconds each.
  async post(ctx, { content, replyTo, mention, attachments = [] }) {
    const id = String(++serial);
    const to = mention ? [PUBLIC_COLLECTION, new URL(mention)] : [PUBLIC_COLLECTION];
    const note = new Note({
      id: ctx.getObjectUri(Note, { id }),
      attribution: ctx.getActorUri(name),
      content,
      replyTarget: replyTo ? new URL(replyTo) : null,
      published: Temporal.Now.instant(),
      attachments: attachments.map(({ url, seconds, ...more }) => new (seconds ? Audio : Document)({
        ...more,
        url: new URL(url),
        ...(seconds ? { duration: Temporal.Duration.from({ seconds }) } : {}),
      })),
      tos: to,
      cc: followersUri(ctx),
    });
    notes.set(id, note);
    const create = new Create({ id: nextId(ctx, "creates"), actor: ctx.getActorUri(name), object: note, tos: to, cc: followersUri(ctx) });
    await ctx.sendActivity({ identifier: name }, "followers", create, { preferSharedInbox: true });
    return note.id.href;
  },
  // A poll of two hours, the first options' votes as given.
  async ask(ctx, { content, options }) {
    const id = String(++serial);
    const question = new Question({
      id: ctx.getObjectUri(Question, { id }),
      attribution: ctx.getActorUri(name),
      content,
      published: Temporal.Now.instant(),
      endTime: Temporal.Now.instant().add({ hours: 2 }),
      exclusiveOptions: options.map((option) => new Note({ name: option, replies: new Collection({ totalItems: 0 }) })),
      to: PUBLIC_COLLECTION,
      cc: followersUri(ctx),
    });
    notes.set(id, question);
    await ctx.sendActivity({ identifier: name }, "followers", new Create({ id: nextId(ctx, "creates"), actor: ctx.getActorUri(name), object: question, to: PUBLIC_COLLECTION, cc: followersUri(ctx) }));
    return question.id.href;
  },
  async vote(ctx, { actor, question, option }) {
    const target = await ctx.lookupObject(actor);
    const vote = new Note({ id: nextId(ctx, "votes"), attribution: ctx.getActorUri(name), name: option, replyTarget: new URL(question), to: target.id });
    await ctx.sendActivity({ identifier: name }, target, new Create({ id: nextId(ctx, "creates"), actor: ctx.getActorUri(name), object: vote, to: target.id }));
  },
  async edit(ctx, { id, content }) {
    const key = id.split("/").pop();
    const note = notes.get(key).clone({ content, updated: Temporal.Now.instant() });
    notes.set(key, note);
    const update = new Update({ id: nextId(ctx, "updates"), actor: ctx.getActorUri(name), object: note, to: PUBLIC_COLLECTION, cc: followersUri(ctx) });
    await ctx.sendActivity({ identifier: name }, "followers", update);
  },
  async remove(ctx, { id }) {
    notes.delete(id.split("/").pop());
    await ctx.sendActivity({ identifier: name }, "followers", new Delete({ id: nextId(ctx, "deletes"), actor: ctx.getActorUri(name), object: new URL(id), to: PUBLIC_COLLECTION }));
  },
  async like(ctx, { actor, object }) {
    const target = await ctx.lookupObject(actor);
    await ctx.sendActivity({ identifier: name }, target, new Like({ id: nextId(ctx, "likes"), actor: ctx.getActorUri(name), object: new URL(object) }));
  },
  async announce(ctx, { actor, object }) {
    const target = await ctx.lookupObject(actor);
    const announce = new Announce({ id: nextId(ctx, "announces"), actor: ctx.getActorUri(name), object: new URL(object), to: PUBLIC_COLLECTION, cc: followersUri(ctx), published: Temporal.Now.instant() });
    await ctx.sendActivity({ identifier: name }, target, announce);
  },
  async state() {
    return state;
  },
};

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

createServer(async (request, response) => {
  const bytes = await body(request);
  try {
    const url = new URL(request.url, origin);
    if (url.pathname.startsWith("/control/")) {
      const ctx = federation.createContext(new URL(origin), undefined);
      const result = await actions[url.pathname.slice("/control/".length)](ctx, bytes.length > 0 ? JSON.parse(bytes) : {});
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify(result ?? null));
    }
    if (request.method === "POST") state.signatures.push("signature-input" in request.headers ? "rfc9421" : "draft-cavage");
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    const answer = await federation.fetch(new Request(url, { method: request.method, headers: request.headers, body: hasBody ? bytes : undefined }), {
      contextData: undefined,
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  } catch (error) {
    state.errors.push(String(error?.stack ?? error));
    response.writeHead(500);
    response.end(String(error));
  }
}).listen(port, "127.0.0.1", () => console.log("listening"));
federation.startQueue(undefined);
