#include "static_files.hpp"

namespace dunlin::web {

const std::string_view kStylesheet = R"css(
:root {
  --ground: #eef3f2; --card: #ffffff; --ink: #16282b; --soft: #526669; --line: #d3dedd;
  --accent: #17616e; --accent-ink: #ffffff; --accent-soft: #e0eeee; --alarm: #a32424; --alarm-soft: #fbe9e7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1a1c; --card: #182628; --ink: #e4efee; --soft: #9db2b3; --line: #2b3e40;
    --accent: #6fc3c9; --accent-ink: #08272b; --accent-soft: #1e373a; --alarm: #ff9d94; --alarm-soft: #3d1f1e;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { font-size: 100%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; padding: .5rem 1rem; background: var(--card); z-index: 1; }
header.site { padding: 1rem 1rem 0; text-align: center; }
header.site a {
  display: inline-flex; align-items: center; gap: .6rem; color: inherit; font-weight: 650; font-size: 1.15rem;
  text-decoration: none;
}
header.site img { border-radius: 8px; }
main { width: 100%; margin: 1rem auto; padding: 0 1rem; flex: 1; }
main.narrow { max-width: 27rem; }
main.wide { max-width: 42rem; }
footer.site { padding: 1rem; text-align: center; color: var(--soft); font-size: .875rem; }
footer.site p { margin: 0; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.4rem; margin-bottom: 1rem;
  overflow-wrap: anywhere; box-shadow: 0 1px 3px rgb(0 0 0 / 6%);
}
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; }
p { margin: 0 0 .9rem; }
.card > :first-child { margin-top: 0; }
.card > :last-child { margin-bottom: 0; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
input + p.small, .with-suffix + p.small, textarea + p.small { margin-top: .4rem; }
.code { font-size: 2.2rem; font-weight: 700; color: var(--accent); margin: 0; }
label { display: block; font-weight: 600; margin: .9rem 0 .3rem; }
input[type=text], input[type=password], input[type=email], input[type=date], input[type=search], select, textarea {
  width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--soft); border-radius: 9px;
}
button, .button {
  display: inline-block; padding: .65rem 1.2rem; font: inherit; font-weight: 650; line-height: 1.4; border-radius: 9px;
  border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink); cursor: pointer;
  text-decoration: none; text-align: center;
}
button:hover, .button:hover { filter: brightness(1.08); }
button.quiet, .button.quiet { background: transparent; color: var(--accent); }
button.link {
  padding: 0; border: 0; background: none; color: var(--accent); font-weight: inherit; text-decoration: underline;
  text-underline-offset: .15em;
}
label.check { display: flex; gap: .6rem; align-items: baseline; font-weight: 400; }
.with-suffix { display: flex; align-items: center; gap: .5rem; }
.with-suffix input { flex: 1 1 8rem; min-width: 0; }
.done { padding: .7rem .9rem; border-radius: 9px; border: 1px solid var(--accent); background: var(--accent-soft); }
svg.qr { display: block; width: 100%; max-width: 15rem; margin: 0 auto 1rem; border-radius: 9px; }
ul.codes { list-style: none; margin: 0 0 1rem; padding: 0; columns: 2; }
ul.rows { list-style: none; margin: 0; padding: 0; }
ul.rows li {
  display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .6rem 0;
  border-bottom: 1px solid var(--line);
}
ul.rows li:last-child { border-bottom: 0; }
form.inline { display: inline; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
.actions > form { flex: 1 1 8rem; }
.actions button, form.stack > button { width: 100%; }
form.stack > button { margin-top: 1.25rem; }
form.stack + p { margin-top: 1rem; }
.alert {
  padding: .7rem .9rem; border-radius: 9px; border: 1px solid var(--alarm); background: var(--alarm-soft);
  color: var(--alarm);
}
.who { display: flex; align-items: center; gap: .75rem; margin: 0 0 1rem; }
.who > img { border-radius: 10px; flex: none; }
.who > div { min-width: 0; }
.who strong { display: block; }
ul.scopes { list-style: none; margin: 0 0 1rem; padding: 0; border-top: 1px solid var(--line); }
ul.scopes li {
  display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line);
}
ul.scopes span { color: var(--soft); white-space: nowrap; }
input.copy { font-family: ui-monospace, "Liberation Mono", monospace; }
.hero .lead { font-size: 1.1rem; }
.banner { border-radius: 14px 14px 0 0; overflow: hidden; background: var(--accent-soft); }
.banner img { display: block; width: 100%; height: 9rem; object-fit: cover; }
.profile { border-radius: 0 0 14px 14px; border-top: 0; }
.profile .face { margin-top: -3.6rem; border: 4px solid var(--card); border-radius: 18px; background: var(--card); }
.profile h1 { margin: .6rem 0 0; }
.profile .handle { margin-bottom: 1rem; }
.profile .joined { margin: 0; }
.counts {
  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0 0 .75rem; list-style: none;
  color: var(--soft);
}
.counts strong { color: var(--ink); }
dl.fields { margin: 0 0 1rem; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
dl.fields > div { display: grid; grid-template-columns: 8rem 1fr; }
dl.fields > div + div { border-top: 1px solid var(--line); }
dl.fields dt, dl.fields dd { padding: .5rem .75rem; margin: 0; min-width: 0; }
dl.fields dt { color: var(--soft); background: var(--accent-soft); font-weight: 600; }
dl.fields dd p { margin: 0; }
.verified { color: var(--accent); font-weight: 700; }
nav.tabs { display: flex; gap: .25rem; margin: 0 0 1rem; border-bottom: 1px solid var(--line); overflow-x: auto; }
nav.tabs.settings { flex-wrap: wrap; }
nav.tabs a {
  padding: .55rem .9rem; color: var(--soft); text-decoration: none; white-space: nowrap;
  border-bottom: 3px solid transparent;
}
nav.tabs a[aria-current] { color: var(--ink); font-weight: 650; border-color: var(--accent); }
.between { margin: 1.25rem .25rem .75rem; }
p.tags { display: flex; flex-wrap: wrap; gap: .5rem; }
p.tags a { padding: .3rem .75rem; border-radius: 99px; background: var(--accent-soft); text-decoration: none; }
ol.rules { margin: 0; padding-left: 1.4rem; }
ol.rules li { margin-bottom: .5rem; }
article.status { padding: 1rem 1.4rem; }
article.status.focus { border: 2px solid var(--accent); }
article.status .who { margin-bottom: .6rem; }
article.status .who a { color: inherit; text-decoration: none; }
article.status .content p:last-child { margin-bottom: 0; }
article.status footer { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin-top: .7rem; }
article.status footer a { color: inherit; }
.with-quote .quote-inline { display: none; }
p.quoted { padding: .65rem .8rem; border: 1px dashed var(--line); border-radius: 10px; }
.media { margin-top: .8rem; }
.media.several { display: grid; grid-template-columns: 1fr 1fr; gap: .4rem; }
.media img, .media video { display: block; width: 100%; height: auto; max-height: 32rem; object-fit: contain; border-radius: 10px; }
.media.several img, .media.several video { height: 12rem; object-fit: cover; }
.media.several > :first-child:nth-last-child(odd) { grid-column: 1 / -1; }
.media video { background: #000; }
.media audio { width: 100%; }
ul.poll { list-style: none; margin: .8rem 0 .4rem; padding: 0; }
ul.poll li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin-bottom: .5rem; }
ul.poll progress { flex: 1 0 100%; height: .6rem; accent-color: var(--accent); }
article.status blockquote { margin: 0 0 .9rem; padding-left: .9rem; border-left: 3px solid var(--line); }
article.status pre { overflow-x: auto; }
a.preview {
  display: flex; margin-top: .8rem; border: 1px solid var(--line); border-radius: 10px; overflow: hidden;
  color: inherit; text-decoration: none; background: var(--ground);
}
a.preview:hover { border-color: var(--accent); }
a.preview > img { flex: none; width: 8.5rem; min-height: 6rem; object-fit: cover; background: var(--accent-soft); }
a.preview > span { display: flex; flex-direction: column; gap: .15rem; padding: .65rem .8rem; min-width: 0; }
main.embedded { margin: 0; padding: 1px; flex: none; }
main.embedded .card { margin: 0; box-shadow: none; }
body:has(main.embedded) { min-height: 0; background: none; }
summary { cursor: pointer; font-weight: 600; margin-bottom: .5rem; }
img.emoji { height: 1.2em; width: auto; vertical-align: -.2em; object-fit: contain; }
.invisible { display: none; }
.ellipsis::after { content: "\2026"; }
nav.pages { text-align: center; margin: 1rem 0; }
@media (max-width: 26rem) {
  .card { padding: 1.1rem; }
  dl.fields > div { grid-template-columns: 1fr; }
  a.preview { flex-direction: column; }
  a.preview > img { width: 100%; height: 9rem; }
}
)css";

}  // namespace dunlin::web
