/* Times in words, where the reader of the page is.

   Decides what stands beside a time of the newsroom's clock for somebody whose own clock shows another: “that is 08:00
   where you are”. The times on the page are right without this. The server alone decides what a typed time means.

   What it expects of the template:
     time[datetime][data-here]    a moment; words are added after it
     .local-time                  a field (desk/_local_time.html): data-zone and data-place of the newsroom's clock, an
                                  input, and a hidden p[data-words] that is filled while somebody types */

const MINUTE = 60_000
const LONG_CHANGE = 24 * 60 * MINUTE // Samoa once left out a day

/** Minutes by which a zone is ahead of UTC at a moment; without a zone, the reader's own. */
function offset(at, zone) {
  if (!zone) return -new Date(at).getTimezoneOffset()
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
  }).formatToParts(at) // prettier-ignore
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]))
  const wall = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute)
  return Math.round((wall - Math.floor(at / MINUTE) * MINUTE) / MINUTE)
}

/** The moments at which a zone's clock shows a local time: one, two when it is repeated, none when it is skipped. */
export function moments(text, zone) {
  const wall = Date.parse(`${text}Z`)
  if (Number.isNaN(wall)) return []
  const around = [wall - LONG_CHANGE, wall, wall + LONG_CHANGE].map((at) => wall - offset(at, zone) * MINUTE)
  return [...new Set(around)].filter((at) => at + offset(at, zone) * MINUTE === wall).sort((a, b) => a - b)
}

const clock = (at, zone, day) =>
  new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit", ...(day ? { weekday: "long", day: "numeric", month: "long" } : {}),
  }).format(at) // prettier-ignore

/** “that is 08:00 where you are”, with the day where it is another one; "" where the clocks agree. */
export function here(at, zone) {
  if (offset(at, zone) === offset(at)) return ""
  const otherDay = Math.floor((at + offset(at, zone) * MINUTE) / 864e5) !== Math.floor((at + offset(at) * MINUTE) / 864e5)
  return `that is ${clock(at, undefined, otherDay)} where you are`
}

/** “in 3 hours 20 minutes”, as the server says it. */
export function away(at, now = Date.now()) {
  const total = Math.floor(Math.abs(at - now) / MINUTE)
  if (!total) return at > now ? "in less than a minute" : "just now"
  const parts = [[Math.floor(total / 1440), "day"], [Math.floor(total / 60) % 24, "hour"], [total % 60, "minute"]] // prettier-ignore
  const first = parts.findIndex(([count]) => count)
  const kept = parts.slice(first, first + (parts[0][0] >= 7 ? 1 : 2)).filter(([count]) => count)
  const words = kept.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ")
  return at > now ? `in ${words}` : `${words} ago`
}

function watch(field) {
  const { zone, place } = field.dataset
  const input = field.querySelector("input[type=datetime-local]")
  const words = field.querySelector("[data-words]")
  if (!input || !words) return
  const show = () => {
    const found = moments(input.value, zone)
    const chosen = field.querySelector("input[type=radio]:checked")
    const at = found.length === 2 && chosen ? found[Number(chosen.value)] : found.length === 1 ? found[0] : null
    let sentence = ""
    if (at !== null) {
      const yours = here(at, zone)
      sentence = `${clock(at, zone, true)} ${place === zone ? "" : "in "}${place}${yours ? `, ${yours}` : ""}, ${away(at)}.`
    } else if (found.length === 2) sentence = "The clocks go back that night and show this time twice. You will be asked which one."
    else if (input.value) sentence = "The clocks go forward that night and leave this time out. Choose another."
    words.textContent = sentence
    words.hidden = !sentence
  }
  // Another time has another choice, or none: what was chosen for the last one says nothing about it.
  input.addEventListener("input", () => {
    const which = field.querySelector(".which")
    if (which && moments(input.value, zone).length !== 2) which.remove()
    show()
  })
  field.addEventListener("change", show)
  show()
}

for (const field of document.querySelectorAll(".local-time")) watch(field)
for (const time of document.querySelectorAll("time[datetime][data-here]")) {
  const at = Date.parse(time.dateTime)
  const words = Number.isNaN(at) ? "" : here(at, time.dataset.here || document.body.dataset.adminServerTimezone)
  if (words) time.after(`, ${words}`)
}
