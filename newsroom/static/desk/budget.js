/* The budget edited in place: each cell opens where it stands, is kept by itself, and says whether it was.

   Decides nothing about plans: a cell is sent to the server, which answers with the line as it is now or with the
   reason why not. Without this script a cell is a link to its line as a form.

   What it expects of the template:
     #budget                     data-line: the address of lines, data-day: the page's day
     tr[data-story]              data-name; a.cell[data-fact][data-value][data-label] in the cells that can change
     template#controls           one control a fact, by name, to be copied
     #token                      a form that holds the token against forged requests
     [data-total]                sums of a fact at the foot of the table
     #said, #print               what happened, spoken; the button that prints */

const table = document.getElementById("budget")
const controls = document.getElementById("controls").content
const said = document.getElementById("said")
const print = document.getElementById("print")

const say = (sentence, error = false) => {
  said.classList.toggle("error", error)
  said.textContent = sentence
}
const place = (cell) => [cell.parentElement, [...cell.parentElement.cells].indexOf(cell)]

// --- One cell ----------------------------------------------------------------------------------------------------------

function edit(link) {
  const cell = link.closest("td, th")
  if (cell.querySelector(".control")) return
  const control = controls.querySelector(`[name="${link.dataset.fact}"]`).cloneNode(true)
  const row = cell.parentElement
  control.removeAttribute("id")
  control.className = "control"
  control.setAttribute("aria-label", `${link.dataset.label} of “${row.dataset.name}”`)
  if (control.tagName === "SELECT" && ![...control.options].some((option) => option.value === link.dataset.value)) {
    control.add(new Option(link.textContent.split(": ").at(-1).trim(), link.dataset.value))
  }
  control.value = link.dataset.value
  link.hidden = true
  delete cell.dataset.state
  cell.append(control)
  say("")
  control.focus()
  control.select?.()

  let byKey = false
  let over = false
  const close = () => {
    over = true
    control.remove()
    cell.querySelector(".refusal")?.remove()
    delete cell.dataset.state
    link.hidden = false
  }
  const keep = async ({ stay }) => {
    if (over || cell.dataset.state === "saving") return
    if (control.value === link.dataset.value && control.validity.valid) {
      close()
      if (stay) link.focus()
      return
    }
    if (!control.reportValidityQuietly()) return
    cell.dataset.state = "saving"
    const answer = await send(row, link.dataset.fact, control.value)
    if (answer.line) {
      over = true
      put(row, answer.line, cell)
      const fresh = row.cells[[...row.cells].indexOf(cell)] ?? row.querySelector(`[data-fact="${link.dataset.fact}"]`)?.closest("td, th")
      const kept = row.querySelector(`a.cell[data-fact="${link.dataset.fact}"]`)
      const home = kept?.closest("td, th") ?? fresh
      if (home) home.dataset.state = "saved"
      if (stay || document.activeElement === document.body) kept?.focus()
      say(`${link.dataset.label} of “${row.dataset.name}” is saved.`)
      total()
    } else {
      cell.dataset.state = "refused"
      refuse(answer.said)
      if (stay) control.focus()
    }
  }
  const refuse = (sentence) => {
    let words = cell.querySelector(".refusal")
    if (!words) {
      words = Object.assign(document.createElement("p"), { className: "refusal", id: `refused-${row.dataset.story}-${link.dataset.fact}` })
      words.setAttribute("role", "alert")
      cell.append(words)
    }
    words.textContent = sentence
    control.setAttribute("aria-invalid", "true")
    control.setAttribute("aria-describedby", words.id)
  }
  control.reportValidityQuietly = () => {
    if (control.validity.valid) return true
    cell.dataset.state = "refused"
    refuse(control.validationMessage)
    return false
  }
  control.addEventListener("keydown", (event) => {
    byKey = true
    if (event.isComposing) return
    if (event.key === "Enter") {
      event.preventDefault()
      keep({ stay: true })
    } else if (event.key === "Escape") {
      event.preventDefault()
      event.stopPropagation()
      close()
      link.focus()
    }
  })
  control.addEventListener("pointerdown", () => {
    byKey = false
  })
  if (control.tagName === "SELECT") {
    // A choice by mouse is made when it is made; by arrow keys it is only being looked for.
    control.addEventListener("change", () => byKey || keep({ stay: true }))
  }
  control.addEventListener("blur", () => setTimeout(() => keep({ stay: false })))
}

async function send(row, fact, value) {
  const data = new FormData(document.getElementById("token"))
  data.set(fact, value)
  try {
    const response = await fetch(`${table.dataset.line}${row.dataset.story}/?part=line&day=${encodeURIComponent(table.dataset.day)}`, {
      method: "POST",
      body: data,
      credentials: "same-origin",
    })
    if (response.redirected) return { said: "You are signed out. Sign in in another window, and try again." }
    if (response.ok) return { line: await response.text() }
    if (response.headers.get("Content-Type")?.startsWith("application/json")) return await response.json()
  } catch {
    // told below
  }
  return { said: "The desk cannot be reached just now. This cell is not saved yet; try again." }
}

/** Put a line as the server has it now in the place of the old one, cells that are being edited left alone. */
function put(row, html, done) {
  const template = document.createElement("template")
  template.innerHTML = html
  const fresh = template.content.querySelector("tr")
  const active = document.activeElement?.closest?.("td, th")
  const at = active?.parentElement === row ? [...row.cells].indexOf(active) : -1
  const onLink = document.activeElement?.matches?.("a.to-story") ? "a.to-story" : "a"
  row.className = fresh.className
  row.dataset.name = fresh.dataset.name
  const cells = [...fresh.cells]
  ;[...row.cells].forEach((cell, index) => {
    if (cell !== done && cell.querySelector(".control")) return
    cell.replaceWith(cells[index])
  })
  if (at >= 0 && !row.contains(document.activeElement)) row.cells[at].querySelector(onLink)?.focus()
}

function total() {
  for (const sum of table.querySelectorAll("[data-total]")) {
    let all = 0
    for (const link of table.querySelectorAll(`a.cell[data-fact="${sum.dataset.total}"]`)) all += Number(link.dataset.value) || 0
    for (const fixed of table.querySelectorAll(`[data-fixed="${sum.dataset.total}"]`)) all += Number(fixed.textContent) || 0
    sum.textContent = String(all)
  }
}

// --- Clicks and keys ------------------------------------------------------------------------------------------------------

table.addEventListener("click", (event) => {
  const link = event.target.closest("a.cell")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  edit(link)
})

const linkIn = (cell) => cell?.querySelector("a.cell:not([hidden])")

function beside(link, key) {
  const [row, at] = place(link.closest("td, th"))
  if (key === "ArrowUp" || key === "ArrowDown") {
    const step = key === "ArrowUp" ? "previousElementSibling" : "nextElementSibling"
    for (let other = row[step]; other; other = other[step]) if (linkIn(other.cells[at])) return linkIn(other.cells[at])
    return null
  }
  const forward = (key === "ArrowRight") === (getComputedStyle(table).direction !== "rtl")
  for (let next = at + (forward ? 1 : -1); row.cells[next]; next += forward ? 1 : -1) if (linkIn(row.cells[next])) return linkIn(row.cells[next])
  return null
}

table.addEventListener("keydown", (event) => {
  const link = event.target.closest("a.cell")
  if (!link || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
  if (event.key === "F2") {
    event.preventDefault()
    edit(link)
  } else if (event.key.startsWith("Arrow")) {
    event.preventDefault()
    beside(link, event.key)?.focus()
  }
})

print.hidden = false
print.addEventListener("click", () => window.print())
table.dataset.live = "" // the links to whole lines are not needed any more
