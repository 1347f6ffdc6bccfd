/* Suggestions as people see them: the toggle, who suggests what at the cursor, the list in the side column.

   Decides words, keys and focus; what a suggestion is and how it is resolved is suggest.js. Names of people and
   whether the mode is on at first come with the page (#suggestions-data). Expects of the template, optional:
   #suggestions with ol.suggestions, [data-suggestions=accept|refuse] for all, and #suggestions-count. */

import { Extension, Plugin, pm } from "django-prose-editor/editor"
import { element } from "story-editor/dialogs"
import { current, list, resolve, suggesting } from "story-editor/suggest"
import { keys } from "story-editor/toolbar"

const { Decoration, DecorationSet } = pm.view
const { NodeSelection, TextSelection } = pm.state

const KINDS = {
  paragraph: "paragraph",
  heading: "heading",
  bulletList: "list",
  orderedList: "list",
  blockquote: "quotation",
  pullQuote: "pull quote",
  horizontalRule: "line between parts",
  table: "table",
  newsFigure: "picture",
}

/** What the page says of people and of this story; null where nothing can be suggested. */
const given = () => {
  const script = document.getElementById("suggestions-data")
  return script ? JSON.parse(script.textContent) : null
}

/** More rows than this say nothing more, and slow the page down. */
const MOST_ROWS = 100
const short = (words) => (words.length > 160 ? `${words.slice(0, 150).trimEnd()} …` : words)
const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`

/** A suggestion's block changes in words, each kind once, as “new paragraph”. */
function changesInWords({ changes }) {
  const words = changes.map(([change, type]) => {
    if (change === "split") return "new paragraph"
    if (change === "join") return "joined with the paragraph before"
    return `${KINDS[type] ?? type} ${change === "insert" ? "added" : "removed"}`
  })
  return [...new Set(words)].join(", ")
}

/** One suggestion as a sentence, for those who hear it. */
function sentence(one, who) {
  const parts = []
  if (one.removed.trim()) parts.push(`remove “${short(one.removed.trim())}”`)
  if (one.added.trim()) parts.push(`add “${short(one.added.trim())}”`)
  const blocks = changesInWords(one)
  return `${who} suggests: ${[...parts, ...(blocks ? [blocks] : [])].join(", ") || "a blank"}`
}

/** A time as the desk prints it, in the newsroom's zone. */
function when(at, { zone }) {
  if (!at) return "not saved yet"
  const part = (options) => new Date(at).toLocaleString("en-GB", { timeZone: zone, ...options })
  return `${part({ day: "numeric", month: "short" })}, ${part({ hour: "2-digit", minute: "2-digit" })}`
}

/** The mode, its keys, its marks in the text, and the list beside it. */
export const Suggestions = Extension.create({
  name: "suggestions",
  addStorage: () => ({ page: null, shown: null, at: undefined }),
  onCreate() {
    const page = given()
    if (!page) return
    const { editor, storage } = this
    storage.page = page
    editor.storage.suggesting.by = String(page.me.id)
    this.storage.who = ({ by }) => (by === String(page.me.id) ? page.me.name : (page.people[by] ?? "Somebody"))
    buildRow(editor, storage)
    watchPanel(editor, storage)
    showNames(editor, storage)
    const kept = sessionStorage.getItem(`suggest:${page.story}`)
    const on = kept === null ? page.on : kept === "on"
    if (on) editor.view.dispatch(editor.state.tr.setMeta(suggesting, { on }))
    refresh(editor, storage)
    storage.state.textContent = inWords(editor, storage)
  },
  onTransaction({ transaction }) {
    const { editor, storage } = this
    if (!storage.page) return
    if (transaction.getMeta(suggesting)?.on !== undefined) storage.state.textContent = inWords(editor, storage)
    refresh(editor, storage)
  },
  addCommands: () => ({
    toggleSuggesting:
      () =>
      ({ editor, dispatch }) => {
        const { page } = editor.storage.suggestions
        if (!page) return false
        if (dispatch) {
          const on = !suggesting.getState(editor.state).on
          sessionStorage.setItem(`suggest:${page.story}`, on ? "on" : "off")
          editor.view.dispatch(editor.state.tr.setMeta(suggesting, { on }))
        }
        return true
      },
  }),
  addKeyboardShortcuts() {
    const { editor, storage } = this
    const at = (run) => () => {
      const one = storage.page && current(editor.state)
      if (one) run(one)
      return Boolean(one)
    }
    return {
      "Mod-Shift-e": () => editor.commands.toggleSuggesting(),
      F8: () => step(editor, storage, 1),
      "Shift-F8": () => step(editor, storage, -1),
      "Alt-Enter": at((one) => decide(editor, storage, true, one)),
      "Alt-Shift-Enter": at((one) => decide(editor, storage, false, one)),
    }
  },
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        decorations(state) {
          const found = []
          const here = current(state)
          const mark = (node, pos) => {
            const { suggested } = node.attrs
            if (!suggested) return
            const active = suggested.id === here?.id ? " active" : ""
            const label = { split: "New paragraph", join: "Joined with the paragraph before", insert: "Added", delete: "Removed" }[suggested.change]
            found.push(Decoration.node(pos, pos + node.nodeSize, { class: `suggested ${suggested.change}${active}`, "data-suggestion": suggested.id, "data-label": label }))
          }
          state.doc.forEach((block, offset) => {
            mark(block, offset)
            if (block.type.name === "blockquote" || block.type.name === "pullQuote") block.forEach((inner, at) => mark(inner, offset + 1 + at))
          })
          for (const [from, to] of here?.places ?? []) found.push(Decoration.inline(from, to, { class: "active" }))
          return found.length ? DecorationSet.create(state.doc, found) : null
        },
      },
    }),
  ],
})

// --- Deciding and going from one to the next -------------------------------------------------------------------------

function say(storage, words) {
  storage.spoken.textContent = words
}

function decide(editor, storage, accept, one = null) {
  const open = list(editor.state.doc)
  const at = open.findIndex(({ id }) => id === one?.id)
  if (!resolve(editor, accept, one?.id ?? null)) return false
  const left = list(editor.state.doc)
  const done = `${accept ? "Accepted" : "Refused"}${one ? "" : ` ${plural(open.length, "suggestion")}`}.`
  say(storage, `${done} ${left.length ? `${left.length} still open.` : "None is open any more."} ${keys("Mod-Z")} takes it back.`)
  return left[at] ?? left.at(-1) ?? null
}

function show(editor, one, { focus = true } = {}) {
  const { doc, tr } = editor.state
  const [from, to] = one.places[0]
  const node = doc.nodeAt(from)
  const whole = node && !node.isInline && to === from + node.nodeSize && NodeSelection.isSelectable(node) && node.isLeaf
  const selection = whole ? NodeSelection.create(doc, from) : TextSelection.near(doc.resolve(node?.isInline ? from : from + 1), 1)
  editor.view.dispatch(tr.setSelection(selection).scrollIntoView())
  if (focus) editor.view.focus()
  editor.view.nodeDOM(from)?.parentElement?.scrollIntoView({ block: "center" })
}

function step(editor, storage, direction) {
  const open = storage.page ? list(editor.state.doc) : []
  if (!open.length) {
    if (storage.page) say(storage, "No suggestion is open.")
    return Boolean(storage.page)
  }
  const here = current(editor.state)
  const { from } = editor.state.selection
  const index = open.findIndex(({ id }) => id === here?.id)
  const next =
    index >= 0
      ? open[(index + direction + open.length) % open.length]
      : direction > 0
        ? (open.find(({ places }) => places[0][0] >= from) ?? open[0])
        : (open.findLast(({ places }) => places[0][0] < from) ?? open.at(-1))
  show(editor, next)
  return true
}

// --- The row in the toolbar, and what is said --------------------------------------------------------------------------

function inWords(editor, { page }) {
  if (suggesting.getState(editor.state).on) {
    return page.own
      ? "Suggesting: what you change is marked, to be accepted or refused."
      : "Suggesting: what you change is offered to the writer, who accepts or refuses it."
  }
  return page.own ? "" : "Editing: what you change here changes the story itself."
}

function buildRow(editor, storage) {
  const bar = editor.view.dom.closest(".prose-editor").querySelector(".story-toolbar")
  const button = (label, key, run) => {
    const made = element("button", { type: "button", tabIndex: -1, className: "worded", textContent: label, title: keys(key) })
    made.addEventListener("mousedown", (event) => event.preventDefault())
    made.addEventListener("click", run)
    return made
  }
  const act = (accept) => () => {
    const one = current(editor.state)
    if (one) decide(editor, storage, accept, one)
    editor.view.focus()
  }
  storage.words = element("span", { className: "suggestion-words" })
  storage.row = element("div", { className: "group in-suggestion", hidden: true }, storage.words, button("Accept", "Alt-Enter", act(true)), button("Refuse", "Alt-Shift-Enter", act(false)))
  bar.append(storage.row)
  storage.state = element("p", { className: "suggest-state", role: "status" })
  storage.spoken = element("p", { className: "visually-hidden", role: "status" })
  bar.after(storage.state, storage.spoken)
}

function refresh(editor, storage) {
  const here = current(editor.state)
  storage.row.hidden = !here
  if (here?.id !== storage.at) {
    storage.at = here?.id
    storage.words.textContent = here ? `${storage.who(here)}, ${when(here.at, storage.page)}` : ""
    if (here) say(storage, sentence(here, storage.who(here)))
    mark(storage)
  }
  const open = list(editor.state.doc)
  if (open === storage.shown) return
  storage.shown = open
  clearTimeout(storage.pause)
  storage.pause = setTimeout(fill, 250, editor, storage)
}

// --- Who, beside the pointer -------------------------------------------------------------------------------------------

function showNames(editor, storage) {
  const box = editor.view.dom.closest(".prose-editor")
  const card = element("div", { className: "suggestion-card", hidden: true, "aria-hidden": "true" })
  box.append(card)
  const hide = () => {
    card.hidden = true
  }
  editor.view.dom.addEventListener("mouseover", (event) => {
    const node = event.target.closest("[data-suggestion]")
    const one = node && list(editor.state.doc).find(({ id }) => id === node.dataset.suggestion)
    if (!one) return hide()
    card.textContent = `${storage.who(one)}, ${when(one.at, storage.page)}${changesInWords(one) ? `: ${changesInWords(one)}` : ""}`
    card.hidden = false
    const [place, around] = [node.getClientRects()[0] ?? node.getBoundingClientRect(), box.getBoundingClientRect()]
    card.style.insetBlockStart = `${place.top - around.top - card.offsetHeight - 4}px`
    card.style.left = `${Math.max(0, Math.min(place.left - around.left, around.width - card.offsetWidth))}px`
  })
  editor.view.dom.addEventListener("mouseleave", hide)
  editor.on("update", hide)
}

// --- The list in the side column -----------------------------------------------------------------------------------------

function watchPanel(editor, storage) {
  const panel = document.getElementById("suggestions")
  storage.panel = panel
  if (!panel) return
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("button")
    if (!button) return
    const all = button.dataset.suggestions
    if (all) {
      decide(editor, storage, all === "accept")
      fill(editor, storage)
      return editor.view.focus()
    }
    const item = button.closest("[data-id]")
    const one = item && list(editor.state.doc).find(({ id }) => id === item.dataset.id)
    if (!one) return
    if (button.dataset.do === "show") return show(editor, one)
    const next = decide(editor, storage, button.dataset.do === "accept", one)
    fill(editor, storage)
    const follows = next && panel.querySelector(`[data-id="${next.id}"] [data-do=${button.dataset.do}]`)
    if (follows) follows.focus()
    else editor.view.focus()
  })
  fill(editor, storage)
}

function fill(editor, storage) {
  const { panel } = storage
  if (!panel) return
  const open = list(editor.state.doc)
  // Somebody works in this list by keyboard: the same button of the same suggestion keeps the focus.
  const focused = panel.contains(document.activeElement) && document.activeElement.closest("[data-id]")
  const kept = focused && [focused.dataset.id, document.activeElement.dataset.do]
  panel.querySelector("ol").replaceChildren(...open.slice(0, MOST_ROWS).map((one) => row(one, storage)))
  panel.querySelector("#suggestions-count").textContent = open.length ? `(${open.length})` : ""
  const empty = panel.querySelector(".empty")
  empty.textContent = open.length ? `The first ${MOST_ROWS} are listed; ${keys("F8")} in the text goes on.` : "No suggestion is open."
  empty.hidden = open.length > 0 && open.length <= MOST_ROWS
  panel.querySelector(".all").hidden = open.length < 2
  if (open.length) panel.hidden = false // empty, it is a line of noise beside a story that nobody suggests to
  mark(storage)
  if (kept) panel.querySelector(`[data-id="${kept[0]}"] [data-do=${kept[1]}]`)?.focus()
}

function mark({ panel, at }) {
  for (const item of panel?.querySelectorAll("[data-id]") ?? []) {
    if (item.dataset.id === at) item.setAttribute("aria-current", "true")
    else item.removeAttribute("aria-current")
  }
}

function row(one, storage) {
  const who = storage.who(one)
  const part = (tag, label, words) => element(tag, {}, element("span", { className: "visually-hidden", textContent: `${label} ` }), short(words.trim()))
  const words = element("p", { className: "what", dir: "auto" })
  if (one.removed.trim()) words.append(part("del", "Remove:", one.removed), " ")
  if (one.added.trim()) words.append(part("ins", "Add:", one.added), " ")
  const blocks = changesInWords(one)
  if (blocks) words.append(element("span", { className: "meta", textContent: blocks }))
  if (!words.childNodes.length) words.append(element("span", { className: "meta", textContent: "a blank" }))
  const button = (name, label) =>
    element("button", { type: "button", className: "button quiet small" }, label, element("span", { className: "visually-hidden", textContent: ` the suggestion by ${who}: ${short(one.added.trim() || one.removed.trim() || blocks)}` }))
  const made = [button("show", "Show"), button("accept", "Accept"), button("refuse", "Refuse")]
  for (const [index, name] of ["show", "accept", "refuse"].entries()) made[index].dataset.do = name
  const time = element("time", { textContent: when(one.at, storage.page) })
  if (one.at) time.dateTime = one.at
  const item = element("li", {}, element("p", { className: "meta" }, element("strong", { textContent: who }), " ", time), words, element("p", { className: "actions" }, ...made))
  item.dataset.id = one.id
  return item
}
