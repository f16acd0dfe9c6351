// masto.js (npm, unmodified): one WebSocket, subscribed to every stream named on the command line ("hashtag=wader",
// "list=12", "public:local"). Prints each event as a line of JSON, and "connected" whenever the socket is there (again).
// node masto_streams.mjs WS_URL TOKEN STREAM...
import { setMaxListeners } from "node:events";
import { createStreamingAPIClient } from "masto";

setMaxListeners(50); // each subscription of masto.js listens to the one socket

const [url, token, ...streams] = process.argv.slice(2);
const client = createStreamingAPIClient({ streamingApiUrl: url, accessToken: token });

async function listen(name) {
  const [path, argument] = name.split("=");
  let resource = client;
  for (const part of path.split(":")) resource = resource[part];
  const parameters = path.startsWith("hashtag") ? { tag: argument } : path === "list" ? { list: argument } : undefined;
  for await (const { event, payload } of resource.subscribe(parameters)) {
    const id = typeof payload === "object" ? payload?.id : payload;
    const further = { type: payload?.type ?? null, last: payload?.lastStatus?.id ?? null, announcement: payload?.announcementId ?? null };
    console.log(JSON.stringify({ stream: name, event, id, ...further }));
  }
}

process.stdin.on("end", () => process.exit(0)).resume();
for (const name of streams) {
  listen(name).catch((error) => console.log(JSON.stringify({ stream: name, event: "error", id: String(error), type: null })));
}
