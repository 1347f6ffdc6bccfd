/* Dialogs of the story editor: built from elements, in the desk's look (desk.css: dialog.dialog).

   Decides how a dialog opens, closes and gives focus back. What is asked is the caller's. Dialogs stand outside the
   story's form, so that nothing typed in them is saved or counts as a change by itself. */

let number = 0

/** Build an element: properties by name, attributes for `data-`, `aria-` and other names with a dash. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value)
    else made[name] = value
  }
  made.append(...children.filter((child) => child !== null && child !== undefined))
  return made
}

/** Build a labelled control. Returns the row; the control is its `control`. */
export function field(label, control, { help = "", inline = false } = {}) {
  control.id ||= `editor-field-${++number}`
  const row = element("div", { className: inline ? "field inline" : "field" })
  row.append(element("label", { for: control.id, textContent: label }), control)
  if (help) {
    const note = element("p", { className: "help", id: `${control.id}-help`, textContent: help })
    control.setAttribute("aria-describedby", note.id)
    row.append(note)
  }
  row.control = control
  return row
}

/** Show a sentence beside a control, or take it away again, and tell assistive technology which control it is. */
export function complain(row, sentence) {
  row.querySelector(".errors")?.remove()
  row.control.toggleAttribute("aria-invalid", false)
  if (!sentence) return
  row.control.setAttribute("aria-invalid", "true")
  row.append(element("p", { className: "errors", role: "alert", textContent: sentence }))
  row.control.focus()
}

/** Open a modal dialog. `onSubmit` may return false to stay open; the promise gives its result, or null. */
export function ask({ title, body, submit = "OK", wide = false, danger = false, onSubmit, onOpen }) {
  return new Promise((resolve) => {
    let result = null
    const heading = element("h2", { id: `editor-dialog-${++number}`, textContent: title })
    const cancel = element("button", { type: "button", className: "button quiet", textContent: "Cancel" })
    const form = element("form", { method: "dialog", noValidate: true }, heading, ...body)
    const actions = element("div", { className: "actions" }, cancel)
    if (submit) {
      actions.append(
        element("button", { className: danger ? "button danger" : "button primary", textContent: submit }),
      )
    }
    form.append(actions)
    const dialog = element(
      "dialog",
      { className: wide ? "dialog wide" : "dialog", "aria-labelledby": heading.id },
      form,
    )
    const close = (value) => {
      result = value
      dialog.close()
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault()
      const answer = onSubmit ? await onSubmit() : true
      if (answer !== false) close(answer)
    })
    cancel.addEventListener("click", () => close(null))
    dialog.addEventListener("close", () => {
      dialog.remove()
      resolve(result)
    })
    document.body.append(dialog)
    dialog.showModal()
    onOpen?.({ dialog, close })
  })
}
