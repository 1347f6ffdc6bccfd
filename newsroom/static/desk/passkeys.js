/* Says in words what went wrong when a passkey or security key did not work.

   django-allauth's scripts talk to the key and report a failure as an event; this shows the sentence that the page
   keeps ready. Leaves the ceremony itself to them. */

document.addEventListener("allauth.error", (event) => {
  const sentence = document.getElementById("passkey_error")
  if (!sentence) return
  event.preventDefault()
  sentence.hidden = false
})
