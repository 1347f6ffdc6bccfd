/* The plan of a story, changed on its page without leaving what is being written there.

   Without this script the form is sent like any other and the page comes back. */

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".plan-form")
  if (!form) return
  event.preventDefault()
  const panel = form.closest("#plan")
  const button = form.querySelector(".actions .button")
  const refusal = panel.querySelector(".refusal")
  const refuse = (sentence) => {
    refusal.textContent = sentence
    refusal.hidden = false
  }
  if (button.getAttribute("aria-busy")) return
  button.setAttribute("aria-busy", "true")
  refusal.hidden = true
  try {
    const response = await fetch(`${form.action}?part=panel`, { method: "POST", body: new FormData(form), credentials: "same-origin" })
    if (response.redirected) refuse("You are signed out. Sign in in another window, and try again.")
    else if (response.ok) {
      const template = document.createElement("template")
      template.innerHTML = await response.text()
      const fresh = template.content.querySelector("#plan")
      panel.replaceWith(fresh)
      fresh.querySelector("summary")?.focus()
      const status = document.querySelector(".messages[role=status]")
      const spoken = Object.assign(document.createElement("p"), { className: "visually-hidden", textContent: "The plan is changed." })
      status?.append(spoken)
    } else refuse((await response.json()).said)
  } catch {
    refuse("The desk cannot be reached just now. The plan was not changed; try again.")
  } finally {
    button.removeAttribute("aria-busy")
  }
})
