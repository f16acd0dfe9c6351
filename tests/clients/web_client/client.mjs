// A small Mastodon client for the browser, on masto.js as Phanpy and Elk are. It lives on another origin than the server:
// every call is a CORS request, and signing in goes through the server's own pages, with PKCE.

import { createRestAPIClient } from 'masto';

const SCOPES = 'read write follow';
const here = location.origin + location.pathname;
const $ = (selector) => document.querySelector(selector);

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function signIn(url) {
  const instance = await createRestAPIClient({ url }).v2.instance.fetch();
  const app = await createRestAPIClient({ url }).v1.apps.create({ clientName: 'Web client', redirectUris: here, scopes: SCOPES });
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
  sessionStorage.login = JSON.stringify({ url, verifier, id: app.clientId, secret: app.clientSecret, title: instance.title });
  location.href = `${url}/oauth/authorize?` + new URLSearchParams({
    response_type: 'code', client_id: app.clientId, redirect_uri: here, scope: SCOPES, code_challenge: challenge, code_challenge_method: 'S256',
  });
}

async function redeem(code) {
  const login = JSON.parse(sessionStorage.login);
  const reply = await fetch(`${login.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', code, client_id: login.id, client_secret: login.secret, redirect_uri: here, code_verifier: login.verifier,
    }),
  });
  if (!reply.ok) throw new Error(`token: ${reply.status}`);
  history.replaceState(null, '', here);
  return { url: login.url, accessToken: (await reply.json()).access_token };
}

function button(name, action) {
  const element = document.createElement('button');
  element.textContent = name;
  element.onclick = () => run(action);
  return element;
}

function render(masto, status, me) {
  const article = document.createElement('article');
  article.dataset.id = status.id;
  const shown = status.reblog ?? status;
  const text = document.createElement('div');
  text.innerHTML = shown.content;
  const marks = document.createElement('p');
  marks.className = 'marks';
  marks.textContent = ['favourited', 'reblogged', 'bookmarked', 'muted', 'pinned'].filter((mark) => shown[mark]).join(' ');
  const filtered = (status.filtered ?? []).map((result) => result.filter);
  if (filtered.length > 0) {
    article.className = `filtered ${filtered[0].filterAction}`;
    text.hidden = true;
    article.append(`Filtered: ${filtered[0].title}`);
  }
  article.append(shown.account.acct, text, marks);
  const one = masto.v1.statuses.$select(shown.id);
  const act = (name) => button(name, async () => { await one[name](); await refresh(masto, me); });
  article.append(act(shown.favourited ? 'unfavourite' : 'favourite'), act(shown.reblogged ? 'unreblog' : 'reblog'));
  article.append(button('reply', async () => {
    await masto.v1.statuses.create({ status: `@${shown.account.acct} ${$('#composer').text.value}`, inReplyToId: shown.id });
    await refresh(masto, me);
  }));
  if (shown.account.id === me.id) {
    article.append(button('edit', async () => {
      await one.update({ status: $('#composer').text.value });
      await refresh(masto, me);
    }), button('delete', async () => { await one.remove(); await refresh(masto, me); }));
  }
  for (const [index, option] of (shown.poll?.options ?? []).entries()) {
    const choice = button(`vote ${option.title}`, async () => {
      await masto.v1.polls.$select(shown.poll.id).votes.create({ choices: [index] });
      await refresh(masto, me);
    });
    choice.disabled = shown.poll.voted || shown.poll.expired;
    article.append(choice, `${option.title}: ${option.votesCount}`);
  }
  return article;
}

async function refresh(masto, me) {
  const statuses = await masto.v1.timelines.home.list({ limit: 20 });
  $('#home').replaceChildren(...statuses.map((status) => render(masto, status, me)));
  $('#home').dataset.loaded = String(Number($('#home').dataset.loaded ?? 0) + 1);
}

async function start(account) {
  const masto = createRestAPIClient(account);
  const me = await masto.v1.accounts.verifyCredentials();
  $('#server').hidden = true;
  $('main').hidden = false;
  $('#me').textContent = `@${me.acct}`;
  $('#composer').onsubmit = (event) => {
    event.preventDefault();
    run(async () => { await masto.v1.statuses.create({ status: $('#composer').text.value }); await refresh(masto, me); });
  };
  window.client = { masto, me, refresh: () => refresh(masto, me) };
  await refresh(masto, me);
}

async function run(action) {
  try {
    await action();
  } catch (error) {
    $('#error').textContent = String(error);
  }
}

$('#server').onsubmit = (event) => {
  event.preventDefault();
  run(() => signIn($('#server').address.value));
};
const code = new URLSearchParams(location.search).get('code');
if (code) run(async () => start(await redeem(code)));
