// The server's interface: state and events in, what the person does out. Errors carry the server's own sentence.

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 8000;

async function call(path, init) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...init });
  } catch {
    throw new Error("The workspace cannot be reached. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `The workspace answered ${response.status}.`);
  return answer;
}

function post(path, body) {
  return call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

export const readState = () => call("/ui/state");
export const sendCommand = (channel, command, text) => post("/ui/commands", { channel, command, text });
export const sendAction = (action) => post("/ui/actions", action);
export const editMessage = (channel, ts, text) => post("/ui/edits", { channel, ts, text });
export const sendShortcut = (channel, ts, id) => post("/ui/shortcuts", { channel, ts, callback_id: id });
export const sendReaction = (channel, ts, reaction) => post("/ui/reactions", { channel, ts, reaction });
export const sendSubmission = (id, values) => post("/ui/submissions", { view_id: id, values });
export const closeView = (id) => post("/ui/closings", { view_id: id });
export const pressInView = (id, actionId, blockId) =>
  post("/ui/view-actions", { view_id: id, action_id: actionId, block_id: blockId });
export const openHome = () => post("/ui/home", {});
export const openAgent = (channel) => post("/ui/agent/opened", { channel });
export const stopSession = (channel, threadTs) => post("/ui/agent/stops", { channel, thread_ts: threadTs });
export const deleteMessage = (channel, ts) => post("/ui/deletions", { channel, ts });
export const fileAddress = (id) => `/ui/files/${encodeURIComponent(id)}`;

/** A file that lies ready for a suggested question. */
export async function sampleFile(name) {
  const response = await fetch(`/ui/samples/${encodeURIComponent(name)}`);
  if (!response.ok) throw new Error(`${name} is not there.`);
  const content = await response.blob();
  return new File([content], name, { type: content.type });
}

/** Returns {ts}. `threadTs` may be null. */
export function sendMessage(channel, text, threadTs, files) {
  const form = new FormData();
  form.append("channel", channel);
  form.append("text", text);
  if (threadTs) form.append("thread_ts", threadTs);
  for (const file of files) form.append("files", file, file.name);
  return call("/ui/messages", { method: "POST", body: form });
}

/**
 * Keeps `workspace` current for as long as the page lives. The socket opens before the state is read, and events that
 * arrive meanwhile are applied after it, so that nothing falls between the two. `online(flag)` reports the connection.
 */
export function follow(workspace, online) {
  let backoffMs = BACKOFF_FIRST_MS;
  const connect = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ui/events`);
    let waiting = [];
    socket.addEventListener("open", async () => {
      try {
        workspace.read(await readState());
      } catch {
        socket.close();
        return;
      }
      backoffMs = BACKOFF_FIRST_MS;
      online(true);
      for (const event of waiting) workspace.apply(event);
      waiting = null;
    });
    socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(data);
      if (waiting) waiting.push(event);
      else workspace.apply(event);
    });
    socket.addEventListener("close", () => {
      online(false);
      setTimeout(connect, backoffMs * (0.75 + Math.random() / 2));
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
    });
  };
  connect();
}
