// Emoji names, as Slack writes them between colons, to characters. Names that are not listed stay as written.

const NAMES = {
  "+1": "👍", "-1": "👎", "100": "💯", thumbsup: "👍", thumbsdown: "👎", wave: "👋", clap: "👏", pray: "🙏", ok_hand: "👌",
  muscle: "💪", point_right: "👉", point_up: "☝️", raised_hands: "🙌", eyes: "👀", brain: "🧠", smile: "😄", smiley: "😃",
  grinning: "😀", slightly_smiling_face: "🙂", simple_smile: "🙂", joy: "😂", wink: "😉", blush: "😊", thinking_face: "🤔",
  sweat_smile: "😅", sob: "😭", cry: "😢", heart_eyes: "😍", sunglasses: "😎", robot_face: "🤖", ghost: "👻", heart: "❤️",
  sparkles: "✨", star: "⭐", fire: "🔥", tada: "🎉", rocket: "🚀", zap: "⚡", boom: "💥", bulb: "💡", bug: "🐛",
  wrench: "🔧", hammer: "🔨", gear: "⚙️", lock: "🔒", key: "🔑", mag: "🔍", link: "🔗", paperclip: "📎", page_facing_up: "📄",
  file_folder: "📁", books: "📚", memo: "📝", pencil2: "✏️", clipboard: "📋", chart_with_upwards_trend: "📈", bar_chart: "📊",
  calendar: "📅", email: "✉️", bell: "🔔", mega: "📣", speech_balloon: "💬", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", stopwatch: "⏱️", repeat: "🔁", arrows_counterclockwise: "🔄", white_check_mark: "✅",
  heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", warning: "⚠️", no_entry: "⛔", octagonal_sign: "🛑",
  question: "❓", exclamation: "❗", information_source: "ℹ️", red_circle: "🔴", large_green_circle: "🟢",
  large_blue_circle: "🔵", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", coffee: "☕", pizza: "🍕",
  cat: "🐱", dog: "🐶", bear: "🐻", sunny: "☀️", umbrella: "☔", snowflake: "❄️", earth_africa: "🌍", seedling: "🌱",
};

/** `unicode` is what a rich_text emoji element may carry: code points in hex, joined by hyphens. */
export function emoji(name, unicode) {
  if (/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(unicode ?? "")) {
    const points = unicode.split("-").map((point) => parseInt(point, 16));
    if (points.every((point) => point <= 0x10ffff)) return String.fromCodePoint(...points);
  }
  return Object.hasOwn(NAMES, name) ? NAMES[name] : `:${name}:`;
}

/** Plain text with its `:names:` drawn. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (_, name) => emoji(name));
}
