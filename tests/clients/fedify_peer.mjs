// A small Fedify server with one actor, driven over /control by the test beside it.
// Usage: node fedify_peer.mjs PORT draft-cavage-http-signatures-12|rfc9421
import { createServer } from "node:http";
import { Temporal } from "@js-temporal/polyfill";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore, verifyObject } from "@fedify/fedify";
import { Accept, Activity, Announce, Audio, Block, Collection, Create, Delete, Document, Endpoints, Follow, Like, Note, Person, PUBLIC_COLLECTION, Question, Reject, Undo, Update } from "@fedify/vocab";

const port = Number(process.argv[2]);
const firstKnock = process.argv[3];
const origin = `http://127.0.0.1:${port}`;
const name = "fred";

const state = { followers: {}, following: [], received: [], signatures: [], proofs: [], errors: [] };
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
    replyTo: object?.replyTargetId?.href ?? null,
    of: object?.objectId?.href ?? null, // what an undone activity was about
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
const sent = new Map(); // what may be undone, by id

async function send(ctx, actor, activity) {
  sent.set(activity.id.href, activity);
  await ctx.sendActivity({ identifier: name }, await ctx.lookupObject(actor), activity);
  return activity.id.href;
}

const optionsWith = (options, votes) => options.map((option, i) => new Note({ name: option, replies: new Collection({ totalItems: votes[i] }) }));

const actions = {
  // These return the id of the activity, for `undo`.
  async follow(ctx, { actor }) {
    return await send(ctx, actor, new Follow({ id: nextId(ctx, "follows"), actor: ctx.getActorUri(name), object: new URL(actor) }));
  },
  async like(ctx, { actor, object }) {
    return await send(ctx, actor, new Like({ id: nextId(ctx, "likes"), actor: ctx.getActorUri(name), object: new URL(object) }));
  },
  async announce(ctx, { actor, object }) {
    const published = Temporal.Now.instant();
    return await send(ctx, actor, new Announce({ id: nextId(ctx, "announces"), actor: ctx.getActorUri(name), object: new URL(object), to: PUBLIC_COLLECTION, cc: followersUri(ctx), published }));
  },
  async block(ctx, { actor }) {
    delete state.followers[actor];
    state.following = state.following.filter((one) => one !== actor);
    return await send(ctx, actor, new Block({ id: nextId(ctx, "blocks"), actor: ctx.getActorUri(name), object: new URL(actor) }));
  },
  async undo(ctx, { actor, id }) {
    const inner = sent.get(id);
    if (inner instanceof Follow) state.following = state.following.filter((one) => one !== actor);
    await send(ctx, actor, new Undo({ id: nextId(ctx, "undos"), actor: ctx.getActorUri(name), object: inner }));
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
  // A poll of two hours.
  async ask(ctx, { content, options }) {
    const id = String(++serial);
    const question = new Question({
      id: ctx.getObjectUri(Question, { id }),
      attribution: ctx.getActorUri(name),
      content,
      published: Temporal.Now.instant(),
      endTime: Temporal.Now.instant().add({ hours: 2 }),
      exclusiveOptions: optionsWith(options, options.map(() => 0)),
      to: PUBLIC_COLLECTION,
      cc: followersUri(ctx),
    });
    notes.set(id, question);
    await ctx.sendActivity({ identifier: name }, "followers", new Create({ id: nextId(ctx, "creates"), actor: ctx.getActorUri(name), object: question, to: PUBLIC_COLLECTION, cc: followersUri(ctx) }));
    return question.id.href;
  },
  // New numbers of a poll.
  async tally(ctx, { id, options, votes }) {
    const key = id.split("/").pop();
    const question = notes.get(key).clone({ exclusiveOptions: optionsWith(options, votes), voters: votes.reduce((sum, n) => sum + n, 0) });
    notes.set(key, question);
    await ctx.sendActivity({ identifier: name }, "followers", new Update({ id: nextId(ctx, "updates"), actor: ctx.getActorUri(name), object: question, to: PUBLIC_COLLECTION, cc: followersUri(ctx) }));
  },
  async vote(ctx, { actor, question, option }) {
    const to = new URL(actor);
    const vote = new Note({ id: nextId(ctx, "votes"), attribution: ctx.getActorUri(name), name: option, replyTarget: new URL(question), to });
    await send(ctx, actor, new Create({ id: nextId(ctx, "creates"), actor: ctx.getActorUri(name), object: vote, to }));
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
  async state() {
    return state;
  },
};

// 8.85: whether the proof inside an activity is good, apart from the signature of its request.
async function checkProof(text) {
  const activity = JSON.parse(text);
  if (activity.proof === undefined) return;
  const { documentLoader, contextLoader } = federation.createContext(new URL(origin), undefined);
  const altered = { ...activity, published: "2001-01-01T00:00:00Z" };
  const verify = async (document) => (await verifyObject(Activity, document, { documentLoader, contextLoader })) !== null;
  state.proofs.push({ type: activity.type, good: await verify(activity), alteredGood: await verify(altered) });
}

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
    if (request.method === "POST") {
      state.signatures.push("signature-input" in request.headers ? "rfc9421" : "draft-cavage");
      await checkProof(bytes.toString());
    }
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
