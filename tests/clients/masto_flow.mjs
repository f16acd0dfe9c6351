// masto.js (npm, unmodified) against a real daemon: what a client for a person does, one function for each flow.
// Usage: masto_flow.mjs URL TOKEN OTHER_TOKEN [FLOW...]

import assert from 'node:assert/strict';
import { createRestAPIClient, MastoHttpError } from 'masto';

const [url, accessToken, otherToken, ...only] = process.argv.slice(2);
const alice = createRestAPIClient({ url, accessToken });
const bob = createRestAPIClient({ url, accessToken: otherToken });
const anonymous = createRestAPIClient({ url });

const me = await alice.v1.accounts.verifyCredentials();
const other = await bob.v1.accounts.verifyCredentials();

const fails = async (promise, status) => {
  await assert.rejects(async () => promise, (error) => error instanceof MastoHttpError && error.statusCode === status);
};

const flows = {
  async instance() {
    const v2 = await anonymous.v2.instance.fetch();
    assert.equal(typeof v2.domain, 'string');
    assert.ok(v2.configuration.statuses.maxCharacters >= 500);
    assert.equal((await anonymous.v1.instance.fetch()).uri, v2.domain);
    assert.deepEqual(await anonymous.v1.instance.translationLanguages.list(), {});
    assert.deepEqual(await anonymous.v1.customEmojis.list(), []);
  },

  async statuses() {
    const status = await alice.v1.statuses.create({ status: 'hello #mudflat', visibility: 'public', spoilerText: 'birds', language: 'en' });
    assert.equal(status.spoilerText, 'birds');
    assert.equal(status.tags[0].name, 'mudflat');
    const one = alice.v1.statuses.$select(status.id);
    assert.equal((await one.fetch()).id, status.id);
    const reply = await bob.v1.statuses.create({ status: `@${me.acct} hi`, inReplyToId: status.id });
    const context = await one.context.fetch();
    assert.deepEqual(context.descendants.map((s) => s.id), [reply.id]);
    assert.equal((await bob.v1.statuses.$select(status.id).favourite()).favourited, true);
    assert.deepEqual((await one.favouritedBy.list()).map((a) => a.id), [other.id]);
    const wrapper = await bob.v1.statuses.$select(status.id).reblog();
    assert.equal(wrapper.reblog.id, status.id);
    assert.deepEqual((await one.rebloggedBy.list()).map((a) => a.id), [other.id]);
    assert.equal((await bob.v1.statuses.$select(status.id).unreblog()).reblogged, false);
    assert.equal((await bob.v1.statuses.$select(status.id).unfavourite()).favourited, false);
    const removed = await one.remove();
    assert.equal(removed.text, 'hello #mudflat');
    await fails(one.fetch(), 404);
  },

  async editing() {
    const status = await alice.v1.statuses.create({ status: 'first' });
    const one = alice.v1.statuses.$select(status.id);
    const edited = await one.update({ status: 'second', spoilerText: 'careful' });
    assert.ok(edited.editedAt);
    assert.equal(edited.spoilerText, 'careful');
    assert.deepEqual((await one.history.list()).map((edit) => edit.spoilerText), ['', 'careful']);
    assert.equal((await one.source.fetch()).text, 'second');
  },

  async polls() {
    const { poll } = await alice.v1.statuses.create({ status: 'which?', poll: { options: ['a', 'b'], expiresIn: 3600, multiple: true } });
    const voted = await bob.v1.polls.$select(poll.id).votes.create({ choices: [0, 1] });
    assert.deepEqual(voted.ownVotes, [0, 1]);
    assert.equal((await alice.v1.polls.$select(poll.id).fetch()).votersCount, 1);
    await fails(bob.v1.polls.$select(poll.id).votes.create({ choices: [0] }), 422);
  },

  async marks() {
    const status = await alice.v1.statuses.create({ status: 'keep this' });
    const one = alice.v1.statuses.$select(status.id);
    assert.equal((await one.bookmark()).bookmarked, true);
    assert.deepEqual((await alice.v1.bookmarks.list({ limit: 1 })).map((s) => s.id), [status.id]);
    assert.equal((await one.pin()).pinned, true);
    assert.deepEqual((await anonymous.v1.accounts.$select(me.id).statuses.list({ pinned: true })).map((s) => s.id), [status.id]);
    assert.equal((await one.unpin()).pinned, false);
    assert.equal((await one.mute()).muted, true);
  },

  async scheduled() {
    const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
    const scheduled = await alice.v1.statuses.create({ status: 'later', scheduledAt });
    assert.equal(scheduled.params.text, 'later');
    assert.deepEqual((await alice.v1.scheduledStatuses.list()).map((s) => s.id), [scheduled.id]);
    await alice.v1.scheduledStatuses.$select(scheduled.id).remove();
    assert.deepEqual(await alice.v1.scheduledStatuses.list(), []);
  },

  async lists() {
    await alice.v1.accounts.$select(other.id).follow();
    const list = await alice.v1.lists.create({ title: 'Birders', repliesPolicy: 'none' });
    const one = alice.v1.lists.$select(list.id);
    await one.accounts.create({ accountIds: [other.id] });
    assert.deepEqual((await one.accounts.list()).map((a) => a.id), [other.id]);
    const status = await bob.v1.statuses.create({ status: 'for the list' });
    assert.equal((await alice.v1.timelines.list.$select(list.id).list())[0].id, status.id);
    await one.remove();
    assert.deepEqual(await alice.v1.lists.list(), []);
    await alice.v1.accounts.$select(other.id).unfollow();
  },

  async filters() {
    const filter = await alice.v2.filters.create({
      title: 'No gulls', context: ['public'], filterAction: 'warn', keywordsAttributes: [{ keyword: 'gull', wholeWord: false }],
    });
    await bob.v1.statuses.create({ status: 'a seagull' });
    const [first] = await alice.v1.timelines.public.list({ limit: 1 });
    assert.equal(first.filtered[0].filter.title, 'No gulls');
    await alice.v2.filters.$select(filter.id).remove();
    assert.deepEqual(await alice.v2.filters.list(), []);
  },

  async blocking() {
    assert.equal((await alice.v1.accounts.$select(other.id).mute()).muting, true);
    assert.deepEqual((await alice.v1.mutes.list()).map((a) => a.id), [other.id]);
    assert.equal((await alice.v1.accounts.$select(other.id).unmute()).muting, false);
    assert.equal((await alice.v1.accounts.$select(other.id).block()).blocking, true);
    assert.deepEqual((await alice.v1.blocks.list()).map((a) => a.id), [other.id]);
    assert.equal((await alice.v1.accounts.$select(other.id).unblock()).blocking, false);
    assert.equal((await alice.v1.accounts.$select(other.id).note.create({ comment: 'met at sea' })).note, 'met at sea');
  },

  async tags() {
    assert.equal((await alice.v1.tags.$select('mudflats').follow()).following, true);
    assert.deepEqual((await alice.v1.followedTags.list()).map((t) => t.name), ['mudflats']);
    assert.equal((await alice.v1.tags.$select('mudflats').unfollow()).following, false);
  },

  async timelines() {
    const ids = [];
    for (let i = 0; i < 5; ++i) ids.unshift((await alice.v1.statuses.create({ status: `number ${i} #count` })).id);
    const seen = [];
    for await (const page of alice.v1.timelines.home.list({ limit: 2 })) {
      seen.push(...page.map((s) => s.id));
      if (seen.length >= 5) break;
    }
    assert.deepEqual(seen.slice(0, 5), ids);
    assert.ok((await anonymous.v1.timelines.public.list({ limit: 5, local: true })).length >= 5);
    assert.deepEqual((await anonymous.v1.timelines.tag.$select('count').list()).map((s) => s.id), ids);
    assert.deepEqual((await alice.v1.accounts.$select(me.id).statuses.list({ limit: 2 })).map((s) => s.id), ids.slice(0, 2));
  },

  async relationships() {
    const target = bob.v1.accounts;
    const relationship = await alice.v1.accounts.$select(other.id).follow();
    assert.equal(relationship.following, true);
    assert.equal((await target.relationships.fetch({ id: [me.id] }))[0].followedBy, true);
    assert.deepEqual((await alice.v1.accounts.$select(me.id).following.list()).map((a) => a.id), [other.id]);
    assert.deepEqual((await alice.v1.accounts.$select(other.id).followers.list()).map((a) => a.id), [me.id]);
    assert.equal((await alice.v1.accounts.$select(other.id).unfollow()).following, false);
  },

  async notifications() {
    await bob.v1.statuses.create({ status: `@${me.acct} are you there?` });
    const found = await alice.v1.notifications.list({ types: ['mention'] });
    assert.equal(found[0].account.id, other.id);
    await alice.v1.notifications.$select(found[0].id).dismiss();
    assert.ok(!(await alice.v1.notifications.list()).some((n) => n.id === found[0].id));
    const markers = await alice.v1.markers.create({ home: { lastReadId: '12' } });
    assert.equal(markers.home.lastReadId, '12');
  },

  async search() {
    await alice.v1.statuses.create({ status: 'about #sandpipers' });
    const found = await alice.v2.search.list({ q: 'sandpip', type: 'hashtags' });
    assert.equal(found.hashtags[0].name, 'sandpipers');
    assert.equal(found.hashtags[0].history.length, 7);
    assert.deepEqual((await alice.v2.search.list({ q: other.acct, type: 'accounts' })).accounts.map((a) => a.id), [other.id]);
    assert.equal((await anonymous.v1.accounts.lookup({ acct: me.acct })).id, me.id);
  },

  async discovery() {
    assert.deepEqual(await anonymous.v1.trends.tags.list(), []);
    assert.deepEqual(await anonymous.v1.trends.links.list(), []);
    assert.deepEqual(await anonymous.v1.trends.statuses.list(), []);
    await alice.v1.accounts.updateCredentials({ discoverable: true });
    await alice.v1.statuses.create({ status: 'find me' });
    assert.deepEqual((await anonymous.v1.directory.list({ local: true })).map((a) => a.id), [me.id]);
    assert.ok(Array.isArray(await alice.v2.suggestions.list()));
    await fails(alice.v1.statuses.$select((await alice.v1.statuses.create({ status: 'x' })).id).translate({ lang: 'de' }), 404);
  },

  async profile() {
    const account = await alice.v1.accounts.updateCredentials({ displayName: 'Alice', note: 'Birds', fieldsAttributes: [{ name: 'Home', value: 'Mudflat' }] });
    assert.equal(account.displayName, 'Alice');
    assert.equal(account.source.note, 'Birds');
    assert.equal(account.fields[0].name, 'Home');
    assert.equal((await anonymous.v1.accounts.$select(me.id).fetch()).displayName, 'Alice');
    assert.equal((await alice.v1.preferences.fetch())['posting:default:visibility'], 'public');
  },

  async errors() {
    await fails(anonymous.v1.timelines.home.list(), 401);
    await fails(alice.v1.statuses.create({ status: '' }), 422);
    await fails(alice.v1.statuses.$select('1').fetch(), 404);
  },
};

for (const name of only.length > 0 ? only : Object.keys(flows)) {
  await flows[name]();
  console.log(`ok ${name}`);
}
