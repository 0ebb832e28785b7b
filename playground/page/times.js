// Slack's ts in, words for people out.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayLong = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

function date(ts) {
  return new Date(Number(ts) * 1000);
}

export function clockTime(ts) {
  return clock.format(date(ts));
}

export function fullTime(ts) {
  return full.format(date(ts));
}

export function isoTime(ts) {
  return date(ts).toISOString();
}

/** The same for two messages of one day, in the reader's time zone. */
export function dayKey(ts) {
  const day = date(ts);
  return `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
}

export function dayName(ts) {
  const nowMs = Date.now();
  if (dayKey(ts) === dayKey(nowMs / 1000)) return "Today";
  if (dayKey(ts) === dayKey(nowMs / 1000 - 86_400)) return "Yesterday";
  return date(ts).getFullYear() === new Date(nowMs).getFullYear()
    ? dayOfYear.format(date(ts))
    : dayLong.format(date(ts));
}

/** "842 B", "18 KB", "2.4 MB". */
export function byteSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
