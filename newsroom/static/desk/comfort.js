/* Writing in peace, and in the story's own direction.

   Decides what focus mode is (a class on the body; comfort.css hides the rest), how one comes out of it, and that
   everything a writer types into follows the story's language, live: spelling by lang, direction by dir. Loaded on the
   story page; the server has set both for the language that the story has.
     #focus-mode    the toggle, hidden without this script; data-rtl lists languages that run right to left */

const toggle = document.getElementById("focus-mode")
const KEPT = "desk-focus"

const kept = (value) => {
  try {
    if (value === undefined) return sessionStorage.getItem(KEPT) === "1"
    sessionStorage.setItem(KEPT, value ? "1" : "0")
  } catch {
    // a tab that keeps nothing begins without it
  }
  return false
}

const focusing = () => document.body.classList.contains("focusing")

function setFocus(on) {
  document.body.classList.toggle("focusing", on)
  toggle.setAttribute("aria-pressed", String(on))
  toggle.querySelector("[data-words]").textContent = on ? "Leave focus mode" : "Focus mode"
  kept(on)
}

function watchFocus() {
  toggle.hidden = false
  toggle.addEventListener("click", () => setFocus(!focusing()))
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return
    if ((event.ctrlKey || event.metaKey) && event.shiftKey && !event.altKey && event.key.toLowerCase() === "f") {
      event.preventDefault()
      setFocus(!focusing())
    } else if (event.key === "Escape" && focusing()) setFocus(false)
  })
  // What the server complains of stands outside the text.
  setFocus(kept() && ![...document.querySelectorAll("main .notice:is(.error, .warning)[role=alert]")].some((notice) => notice.checkVisibility()))
}

const WRITTEN = ["headline", "standfirst", "lead_caption", "lead_alt", "body"]

function watchLanguage() {
  const form = document.getElementById("story")
  const language = form?.elements.namedItem("language")
  if (!language) return
  const rightToLeft = new Set((toggle?.dataset.rtl ?? "").split(" "))
  const follow = () => {
    const tag = language.value
    const direction = rightToLeft.has(tag.split("-")[0].toLowerCase()) ? "rtl" : "ltr"
    const places = WRITTEN.map((name) => form.elements.namedItem(name)).filter(Boolean)
    for (const place of [...places, ...form.querySelectorAll(".ProseMirror[contenteditable]")]) {
      place.lang = tag
      place.dir = direction
    }
  }
  language.addEventListener("change", follow)
  document.addEventListener("prose-editor:ready", follow)
  follow()
}

if (toggle) watchFocus()
watchLanguage()
