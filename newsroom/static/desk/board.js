/* The board: cards that move by drag and by keyboard, filters that act at once, and columns that stay up to date.

   Decides nothing about stories: what a card may do is asked of the server when somebody takes hold of it, and a
   move is a verb sent like any other. Without this script filters, “Move…” and “More” are pages.

   What it expects of the template:
     #board                        data-address: the filters as they stand in the address; holds the columns
     .column[data-column]          data-count; .cards is its list, the title can take focus
     .card[data-story]             draggable, data-name; a.headline, a[data-move]
     a[data-more]                  the rest of a column
     #filters                      the form whose fields make the address
     #move-dialog                  filled with what a card may do: li[data-verb][data-to], data-asks, data-refusal
     #said                         what happened, spoken and seen */

const board = document.getElementById("board")
const dialog = document.getElementById("move-dialog")
const filters = document.getElementById("filters")
const said = document.getElementById("said")
const EVERY = 15_000

let drag = null // { card, moves: Promise<Element>, home: { list, next } }
let last = ""
let turn = 0

const parse = (html) => {
  const template = document.createElement("template")
  template.innerHTML = html
  return template.content
}
const column = (name) => board.querySelector(`.column[data-column="${name}"]`)
const cardOf = (id) => document.getElementById(`card-${id}`)
const focusable = (card) => card?.querySelector("a.headline")

function say(sentence, { error = false } = {}) {
  said.classList.toggle("error", error)
  said.textContent = sentence
}

// --- Fetching --------------------------------------------------------------------------------------------------------

class SignedOut extends Error {}

async function fetched(address, options = {}) {
  const response = await fetch(address, { credentials: "same-origin", ...options })
  if (response.redirected && new URL(response.url).pathname.startsWith("/accounts/")) throw new SignedOut()
  return response
}

function failed(error) {
  say(error instanceof SignedOut ? "You are signed out. Load the page again to sign in." : "The desk cannot be reached just now. Nothing was changed.", { error: true })
}

/** The board's own address with its filters, and what else is asked for. */
function address(extra) {
  const query = new URLSearchParams(board.dataset.address)
  if ("only" in board.dataset) {
    const here = new URLSearchParams(location.search)
    for (const name of ["column", "after"]) if (here.get(name)) query.set(name, here.get(name))
  }
  for (const [name, value] of extra) query.append(name, value)
  return `${location.pathname}?${query}`
}

// --- Columns that stay up to date ----------------------------------------------------------------------------------------

const busy = () => drag !== null || dialog.open || document.hidden

function put(html) {
  if (html === last) return
  last = html
  const focus = document.activeElement?.closest?.("#board") ? document.activeElement : null
  const id = focus?.closest(".card")?.dataset.story
  const onMove = focus?.matches("[data-move]")
  const title = focus?.closest(".column")?.dataset.column
  const scrolled = new Map([...board.querySelectorAll(".column")].map((one) => [one.dataset.column, one.querySelector(".cards").scrollTop]))
  board.replaceChildren(parse(html))
  for (const one of board.querySelectorAll(".column")) {
    one.querySelector(".cards").scrollTop = scrolled.get(one.dataset.column) ?? 0
    const count = document.querySelector(`[data-count-of="${one.dataset.column}"]`)
    if (count) count.textContent = one.dataset.count
  }
  const empty = document.querySelector(".board-empty")
  if (empty) empty.hidden = board.querySelector(".card") !== null
  if (!focus) return
  const again = id && cardOf(id)
  if (again) (onMove ? again.querySelector("[data-move]") : focusable(again)).focus({ preventScroll: true })
  else column(title)?.querySelector("h2").focus({ preventScroll: true })
}

async function refresh({ force = false } = {}) {
  if (!force && busy()) return
  const mine = ++turn
  const shown = [...board.querySelectorAll(".column[data-open]")].map((one) => ["shown", `${one.dataset.column}:${one.querySelectorAll(".card").length}`])
  const response = await fetched(address([["part", "columns"], ...shown]))
  const html = await response.text()
  if (!response.ok || mine !== turn || (!force && busy())) return
  const open = new Set(shown.map(([, value]) => value.split(":")[0]))
  put(html)
  for (const name of open) column(name)?.setAttribute("data-open", "")
}

async function more(link) {
  const one = link.closest(".column")
  const query = new URL(link.href).searchParams
  const response = await fetched(address([["part", "cards"], ["column", one.dataset.column], ["after", query.get("after")]]))
  if (!response.ok) return
  turn += 1 // what a refresh under way brings is older
  const cards = parse(await response.text())
  const first = cards.querySelector(".card")
  link.closest("li").replaceWith(cards)
  one.setAttribute("data-open", "")
  last = ""
  focusable(first)?.focus()
}

// --- Filters -----------------------------------------------------------------------------------------------------------------

function filtered() {
  const query = new URLSearchParams()
  for (const [name, value] of new FormData(filters)) if (value.trim()) query.set(name, value.trim())
  board.dataset.address = String(query)
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname)
  delete board.dataset.only
  for (const one of board.querySelectorAll("[data-open]")) one.removeAttribute("data-open")
  refresh({ force: true }).then(() => {
    const cards = board.querySelectorAll(".card").length
    say(cards === 0 ? "No story fits." : cards === 1 ? "1 story fits." : `${cards} stories are shown.`)
  }, failed)
}

// --- Moving --------------------------------------------------------------------------------------------------------------------

async function movesOf(card) {
  const response = await fetched(`${card.querySelector("[data-move]").href}?part=moves`)
  if (!response.ok) throw new Error(String(response.status))
  return parse(await response.text())
}

function open(content, { verb = null } = {}) {
  const close = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: "Cancel" })
  close.addEventListener("click", () => dialog.close())
  const end = Object.assign(document.createElement("p"), { className: "actions" })
  end.append(close)
  dialog.replaceChildren(content, end)
  dialog.showModal()
  const details = verb && dialog.querySelector(`[data-verb="${verb}"] details`)
  if (details) details.open = true
  const first = details?.querySelector("textarea, input:not([type=hidden]), form .button") ?? dialog.querySelector(".verb:not(.refused) :is(summary, .button)") ?? close
  first.focus()
}

async function take(card) {
  try {
    open(await movesOf(card))
  } catch (error) {
    failed(error)
  }
}

/** Send a verb's form. Resolves to what the server said: whether it was done, why not, where the card is now. */
async function send(form, button) {
  // the attribute: a form that was never in the page has no address to resolve its action against
  const sent = { method: "POST", body: new FormData(form, button), headers: { Accept: "application/json" } }
  const response = await fetched(form.getAttribute("action"), sent)
  if (response.headers.get("Content-Type")?.startsWith("application/json")) return response.json()
  throw new Error(String(response.status))
}

async function settle(id, answer) {
  await refresh({ force: true })
  say(answer.said)
  const card = cardOf(id)
  if (card) {
    focusable(card).focus()
    card.scrollIntoView({ block: "nearest", inline: "nearest" })
  } else (column(answer.column)?.querySelector("h2") ?? board.querySelector("h2"))?.focus()
}

dialog.addEventListener("submit", async (event) => {
  event.preventDefault()
  const form = event.target
  const button = event.submitter ?? form.querySelector(".button")
  if (button.getAttribute("aria-busy")) return
  button.setAttribute("aria-busy", "true")
  const refusal = dialog.querySelector(".refusal")
  refusal.hidden = true
  try {
    const answer = await send(form, event.submitter)
    if (answer.done) {
      const id = dialog.querySelector(".moves").dataset.story
      dialog.close()
      await settle(id, answer)
    } else {
      refusal.textContent = answer.said
      refusal.hidden = false
    }
  } catch (error) {
    refusal.textContent = error instanceof SignedOut ? "You are signed out. Sign in in another window, and try again." : "The desk cannot be reached just now. Nothing was changed; try again."
    refusal.hidden = false
  } finally {
    button.removeAttribute("aria-busy")
  }
})

const titleOf = (name) => column(name)?.querySelector("h2").textContent.trim() ?? name

/** Why a card cannot go to a column, in a sentence. */
function whyNot(moves, card, from, to) {
  const refused = moves.querySelector(`[data-to="${to}"][data-refusal]`)
  if (refused) return refused.dataset.refusal
  if ((from === "planned" && to === "draft") || to === "planned") return "A story is planned until its first words are saved, and a draft from then on."
  return `“${card.dataset.name}” cannot go from “${titleOf(from)}” to “${titleOf(to)}”.`
}

async function drop(dragged, to) {
  const { card, home } = dragged
  const from = home.column
  if (from === to) return
  const back = () => home.list.insertBefore(card, home.next?.isConnected ? home.next : null)
  let moves
  try {
    moves = await dragged.moves
  } catch (error) {
    return failed(error)
  }
  const verb = moves.querySelector(`[data-to="${to}"]:not([data-refusal])`)
  if (!verb) return say(whyNot(moves, card, from, to), { error: true })
  if ("asks" in verb.dataset) return open(moves, { verb: verb.dataset.verb })
  column(to).querySelector(".cards").prepend(card)
  card.classList.add("moving")
  try {
    const answer = await send(verb.querySelector("form"))
    if (answer.done) return await settle(card.dataset.story, answer)
    back()
    say(answer.said, { error: true })
  } catch (error) {
    back()
    failed(error)
  } finally {
    card.classList.remove("moving")
  }
}

/** Show in which columns the card in hand may be laid down. */
async function mark(dragged) {
  const moves = await dragged.moves
  if (drag !== dragged) return
  for (const one of board.querySelectorAll(".column")) {
    const may = moves.querySelector(`[data-to="${one.dataset.column}"]:not([data-refusal])`)
    one.dataset.drop = may ? "yes" : one.dataset.column === dragged.home.column ? "home" : "no"
  }
}

board.addEventListener("dragstart", (event) => {
  const card = event.target.closest(".card")
  if (!card) return
  const list = card.closest(".cards")
  drag = { card, moves: movesOf(card), home: { list, next: card.nextElementSibling, column: card.closest(".column").dataset.column } }
  event.dataTransfer.effectAllowed = "move"
  event.dataTransfer.setData("text/plain", card.dataset.name)
  card.classList.add("dragged")
  say("")
  mark(drag).catch(() => {}) // a fault is told when the card is laid down
})
board.addEventListener("dragover", (event) => {
  const over = drag && event.target.closest(".column")
  if (!over) return
  event.preventDefault()
  event.dataTransfer.dropEffect = "move"
  for (const one of board.querySelectorAll(".column.over")) if (one !== over) one.classList.remove("over")
  over.classList.add("over")
})
board.addEventListener("drop", (event) => {
  const over = drag && event.target.closest(".column")
  if (!over) return
  event.preventDefault()
  const dragged = drag
  drag = null // before the card moves, so that the board may follow
  drop(dragged, over.dataset.column)
})
board.addEventListener("dragend", () => {
  drag = null
  for (const one of board.querySelectorAll(".column")) {
    one.classList.remove("over")
    delete one.dataset.drop
  }
  for (const card of board.querySelectorAll(".dragged")) card.classList.remove("dragged")
})

// --- Clicks and keys -------------------------------------------------------------------------------------------------------------

board.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  const move = event.target.closest("a[data-move]")
  const further = event.target.closest("a[data-more]")
  if (!move && !further) return
  event.preventDefault()
  if (move) take(move.closest(".card"))
  else more(further).catch(failed)
})

function beside(card, step) {
  const columns = [...board.querySelectorAll(".column")]
  const place = [...card.parentElement.querySelectorAll(".card")].indexOf(card)
  const rtl = getComputedStyle(board).direction === "rtl" ? -1 : 1
  for (let at = columns.indexOf(card.closest(".column")) + step * rtl; columns[at]; at += step * rtl) {
    const cards = columns[at].querySelectorAll(".card")
    if (cards.length) return cards[Math.min(place, cards.length - 1)]
  }
  return null
}

board.addEventListener("keydown", (event) => {
  const card = event.target.closest(".card")
  if (!card || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return
  const sibling = (name) => {
    const next = card[name]
    return next?.classList.contains("card") ? next : null
  }
  let next
  switch (event.key) {
    case "m":
      event.preventDefault()
      take(card)
      return
    case "ArrowDown":
      next = sibling("nextElementSibling")
      break
    case "ArrowUp":
      next = sibling("previousElementSibling")
      break
    case "ArrowRight":
      next = beside(card, 1)
      break
    case "ArrowLeft":
      next = beside(card, -1)
      break
    default:
      return
  }
  event.preventDefault()
  focusable(next)?.focus()
})

let pause
filters.addEventListener("input", () => {
  clearTimeout(pause)
  pause = setTimeout(filtered, 300)
})
filters.addEventListener("submit", (event) => {
  event.preventDefault()
  clearTimeout(pause)
  filtered()
})

const quietly = () => refresh().catch((error) => error instanceof SignedOut && failed(error))
setInterval(quietly, EVERY)
document.addEventListener("visibilitychange", quietly)
document.documentElement.dataset.board = "ready"
