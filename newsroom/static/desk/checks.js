/* The checks in the side column: jumps to their places, and kept up to date while somebody writes.

   Decides when the server is asked and where the focus goes. What is checked, and in which words, is the server's
   business; without this script the list shows the words as they were saved, and its links jump to the field.

   What it expects of the template:
     #checks               the panel; data-live is the address that answers for the words in form#story
     #checks-found         the list, replaced by the answer; its first child's data-said counts it in a sentence
     #checks-said          says that sentence aloud, when it changes and only then
     a[data-field]         a jump to a field, or with data-block to that block of the body, counted from 0 */

const panel = document.getElementById("checks")
const form = document.getElementById("story")
const found = document.getElementById("checks-found")
const PAUSE = 1000 // milliseconds after the last key

// --- Jumps ---------------------------------------------------------------------------------------------------------

const canvas = () => form?.querySelector(".ProseMirror[contenteditable=true]")

/** Select a block of the body in the editor. The stored body has no empty blocks, so those are not counted. */
function selectBlock(number) {
  const editor = canvas()?.editor
  if (!editor) return false
  let at = -1
  let place = null
  editor.state.doc.forEach((node, offset) => {
    const empty = node.isTextblock && !node.textContent.trim()
    if (!empty && ++at === number) place = { node, offset }
  })
  const chain = editor.chain().focus(null, { scrollIntoView: false })
  if (!place) return chain.run()
  const { node, offset } = place
  if (node.isAtom) chain.setNodeSelection(offset)
  else chain.setTextSelection({ from: offset + 1, to: offset + node.nodeSize - 1 })
  chain.run()
  const shown = editor.view.nodeDOM(offset)
  shown?.scrollIntoView?.({ block: "center" })
  return true
}

/** Return what takes the focus for a field: its control, or the button that fills it. */
function controlOf(name) {
  if (name === "bylines") return document.querySelector("#bylines select") ?? document.getElementById("add-byline")
  if (name === "lead_photo") return document.getElementById("choose-lead")
  if (name === "notes") return document.querySelector("#notes button, #notes textarea, #notes a")
  if (name === "embargo") return document.querySelector("[commandfor=dialog-embargo]")
  const named = form?.elements.namedItem(name)
  return named instanceof RadioNodeList ? named[0] : named
}

function jump(event) {
  const link = event.target.closest("#checks a[data-field]")
  if (!link) return
  const { field, block } = link.dataset
  const goes = field === "body" && form ? selectBlock(Number(block ?? 0)) : readingBlock(field, block)
  if (goes) return event.preventDefault()
  const control = controlOf(field)
  if (!control || control.type === "hidden") return // the link itself jumps to the field
  event.preventDefault()
  control.focus()
  control.scrollIntoView({ block: "center" })
}

/** Where the story can only be read, bring the block into view. */
function readingBlock(field, block) {
  const shown = !form && field === "body" && document.querySelectorAll("[data-reading-body] > *")[Number(block ?? 0)]
  if (!shown) return false
  shown.tabIndex = -1
  shown.focus()
  shown.scrollIntoView({ block: "center" })
  return true
}

// --- Live ------------------------------------------------------------------------------------------------------------

let asking = null

/** Ask the server about the words in the form, and show its answer. */
async function look() {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  let answer
  try {
    const response = await fetch(panel.dataset.live, { method: "POST", body: new FormData(form), signal, redirect: "error" })
    if (!response.ok) throw new Error(String(response.status))
    answer = await response.text()
  } catch (error) {
    if (error.name !== "AbortError") panel.toggleAttribute("data-stale", true)
    return
  }
  if (signal.aborted) return
  panel.removeAttribute("data-stale")
  show(answer)
}

function show(answer) {
  const said = found.firstElementChild?.dataset.said
  const links = () => [...found.querySelectorAll("a[data-field]")]
  const focused = links().indexOf(document.activeElement)
  found.innerHTML = answer
  // Somebody walking down the list by keyboard stays in it.
  if (focused >= 0) (links()[Math.min(focused, links().length - 1)] ?? panel.querySelector("h2")).focus()
  const now = found.firstElementChild?.dataset.said
  if (now !== said) document.getElementById("checks-said").textContent = now ?? ""
}

function watch() {
  let pause
  const soon = () => {
    clearTimeout(pause)
    pause = setTimeout(look, PAUSE)
  }
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      if (event.target === form || event.target.form === form) soon()
    })
  }
  if ("unsaved" in form.dataset) soon()
}

if (panel) {
  document.addEventListener("click", jump)
  if (form && panel.dataset.live) watch()
}
