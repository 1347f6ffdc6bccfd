/* The shortcuts of the desk.

   Decides when keys mean a shortcut: never while somebody types or a dialog is open, and single keys only while they
   are switched on (WCAG 2.1.4; kept in this browser). Which keys do what stands in the rows of the dialog #shortcuts,
   which the server draws from newsroom/shortcuts.py:
     [data-keys]             "g h" one key after the other
     data-page               an address to go to
     data-press, data-focus  selectors of what is clicked, or focussed; what is not on the page does nothing */

const MAC = /Mac|iP(hone|ad|od)/.test(navigator.platform)
const SWITCH = "desk-single-keys"
/** How long the second key of two may take, in milliseconds. */
const PAUSE = 1500

const dialog = document.getElementById("shortcuts")
const rows = dialog ? [...dialog.querySelectorAll("[data-single] [data-keys]")] : []
const byKeys = new Map(rows.map((row) => [row.dataset.keys, row]))
const begins = new Set([...byKeys.keys()].filter((keys) => keys.includes(" ")).map((keys) => keys.split(" ")[0]))

const kept = {
  get on() {
    try {
      return localStorage.getItem(SWITCH) !== "off"
    } catch {
      return true
    }
  },
  set on(value) {
    try {
      localStorage.setItem(SWITCH, value ? "on" : "off")
    } catch {
      // a browser that keeps nothing forgets the choice
    }
  },
}

/** Say keys as they stand on this computer. */
function named(keys) {
  const one = (key) =>
    MAC
      ? key.replace("Mod-", "⌘").replace("Shift-", "⇧").replace("Alt-", "⌥").replace("Escape", "Esc")
      : key.replace("Mod-", "Ctrl+").replace("Shift-", "Shift+").replace("Alt-", "Alt+").replace("Escape", "Esc")
  return keys.split(" ").map(one)
}

function name(row) {
  const cell = row.querySelector("dd")
  const parts = named(row.dataset.keys).flatMap((key, index) => {
    const sign = document.createElement("kbd")
    sign.className = "key"
    sign.textContent = key
    return index ? [" then ", sign] : [sign]
  })
  cell.replaceChildren(...parts)
}

const typing = (node) =>
  node instanceof Element && Boolean(node.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]"))

const visible = (node) => node.checkVisibility?.() ?? node.getClientRects().length > 0

/** Do what a row says; false when there is nothing on this page to do it with. */
function follow(row) {
  const { page, press, focus } = row.dataset
  const place = focus && [...document.querySelectorAll(focus)].find(visible)
  if (place) {
    place.focus()
    place.scrollIntoView?.({ block: "nearest" })
    if (place.select) place.select()
    return true
  }
  const button = press && document.querySelector(press)
  if (button) {
    button.click()
    return true
  }
  if (page) location.assign(page)
  return Boolean(page)
}

if (dialog) {
  for (const row of dialog.querySelectorAll("[data-keys]")) name(row)
  const tick = dialog.querySelector("#single-keys")
  tick.checked = kept.on
  tick.disabled = false
  tick.addEventListener("change", () => {
    kept.on = tick.checked
  })

  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    document.addEventListener(
      "click",
      (event) => {
        const button = event.target.closest("[commandfor=shortcuts]")
        if (!button) return
        event.stopImmediatePropagation()
        if (button.getAttribute("command") === "close") dialog.close()
        else if (!dialog.open) dialog.showModal()
      },
      true,
    )
  }

  let before = ""
  let until = 0
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (!kept.on || typing(event.target) || document.querySelector("dialog[open]")) return
    const first = Date.now() < until ? before : ""
    before = ""
    const row = byKeys.get(first ? `${first} ${event.key}` : event.key)
    if (row) {
      if (follow(row)) event.preventDefault()
    } else if (begins.has(event.key)) {
      before = event.key
      until = Date.now() + PAUSE
    }
  })
}
