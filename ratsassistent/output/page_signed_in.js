// Only where the page is offered to others: says that the session has ended, and leaves what was typed where it is.
(() => {
  const ask = window.fetch;
  const told = () => document.getElementById("ra-signed-out");
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    if (answer.status === 401 && answer.headers.get("x-ratsassistent") === "anmelden") {
      if (!told()) {
        const box = document.createElement("div");
        box.id = "ra-signed-out";
        box.setAttribute("role", "alert");
        box.innerHTML = 'Ihre Anmeldung ist beendet. <a href="/anmelden" target="_blank" rel="noopener">In einem neuen Fenster wieder anmelden</a>; danach geht es hier weiter.';
        document.body.prepend(box);
      }
    } else if (answer.ok) told()?.remove();
    return answer;
  };
})();
