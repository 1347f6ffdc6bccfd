/* Buttons that copy what a field holds. They are hidden until this module is there to do it. */

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.getElementById("copied");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied.";
    } catch {
      // no clipboard here, as without HTTPS: the field is selected, and the keyboard copies it
      said.textContent = "Selected. Copy it with Ctrl+C or ⌘C.";
    }
  });
}
