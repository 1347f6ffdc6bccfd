/* The calendar: dragging what is scheduled, and arrow keys.

   Decides how a drop becomes the form that the server knows (`calendar.move`), and where the arrow keys go. Every move
   is also a link and a form; without this script all of them work.

   What it expects of the template:
     [data-day], [data-hour][data-offset]   where a story can be dropped: a day keeps its time, an hour its minutes
     .entry[data-move][data-time]           a story that can be moved, and the address that moves it
     form#drop[data-query]                  the form that a drop sends
     [data-focus]                           what is read first after a move
     dialog[data-open-now], [data-cancel]   the dialog of the Move link, and where Cancel leads
     [rel=prev], [rel=next]                 the days before and after */

const drop = document.getElementById("drop")
let dragged = null

function target(event) {
  const place = event.target.closest?.("[data-hour], [data-day]")
  return dragged && place && !place.contains(dragged) ? place : null
}

function mark(place) {
  for (const marked of document.querySelectorAll(".drop-here")) if (marked !== place) marked.classList.remove("drop-here")
  place?.classList.add("drop-here")
}

if (drop) {
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".entry[data-move]") ?? null
    if (!dragged) return
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setData("text/plain", dragged.querySelector(".headline")?.textContent ?? "")
    dragged.classList.add("dragged")
  })
  document.addEventListener("dragover", (event) => {
    const place = target(event)
    mark(place)
    if (place) event.preventDefault()
  })
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged")
    dragged = null
    mark(null)
  })
  document.addEventListener("drop", (event) => {
    const place = target(event)
    if (!place) return
    event.preventDefault()
    const { hour, offset, day } = place.dataset
    const [, minutes] = dragged.dataset.time.split(":")
    drop.elements.publish_at.value = hour ? `${hour}:${minutes}:00${offset}` : `${day}T${dragged.dataset.time}`
    drop.action = `${dragged.dataset.move}?${drop.dataset.query}`
    drop.submit()
  })
}

// --- Keys ----------------------------------------------------------------------------------------------------------

const rtl = () => document.documentElement.dir === "rtl"
const links = (place) => [...place.querySelectorAll(".entry .headline")]

function step(card, key) {
  const columns = [...document.querySelectorAll("[data-day], [data-hour]")].filter((place) => links(place).length)
  const inner = columns.filter((place) => !columns.some((other) => other !== place && place.contains(other)))
  const column = inner.findIndex((place) => place.contains(card))
  const all = inner.flatMap(links)
  const at = all.findIndex((link) => card.contains(link))
  if (key === "ArrowDown") return all[at + 1]
  if (key === "ArrowUp") return all[at - 1]
  const next = inner[column + ((key === "ArrowRight") === rtl() ? -1 : 1)]
  if (!next) return null
  const row = links(inner[column]).findIndex((link) => card.contains(link))
  return links(next)[Math.min(row, links(next).length - 1)]
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  if (!event.key.startsWith("Arrow") || event.target.closest("input, select, textarea, dialog, [popover]")) return
  const card = event.target.closest(".entry")
  if (card) {
    const to = step(card, event.key)
    if (to) {
      event.preventDefault()
      to.focus()
    }
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    const way = (event.key === "ArrowRight") === rtl() ? "prev" : "next"
    document.querySelector(`.turn [rel=${way}]`)?.click()
  }
})

// --- The dialog and the focus ------------------------------------------------------------------------------------------

const dialog = document.querySelector("dialog[data-open-now]")
if (dialog) {
  const cancel = dialog.querySelector("[data-cancel]")
  const back = () => {
    history.replaceState(null, "", cancel.href)
    document.querySelector(`#story-${dialog.dataset.story} [data-move-link]`)?.focus()
  }
  dialog.close()
  dialog.showModal()
  dialog.addEventListener("close", back)
  cancel.addEventListener("click", (event) => {
    event.preventDefault()
    dialog.close()
  })
} else document.querySelector("[data-focus]")?.focus()
