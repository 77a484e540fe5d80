// What the platform does not say to those who cannot see: the language that the page is written in, which links lead to
// the other pages and which page is open. And it makes the skip link work.
(function () {
  "use strict";
  const skip = document.querySelector(".csg-skip");
  let waiting = false;

  function follow() {
    waiting = false;
    const chosen = document.querySelector(".st-key-language-cy") ? "cy" : "en";
    if (document.documentElement.lang !== chosen) {
      document.documentElement.lang = chosen;
      if (skip) skip.textContent = skip.dataset[chosen];
    }
    const ways = document.querySelector(".st-key-ways");
    if (!ways) return;
    ways.setAttribute("role", "navigation");
    if (skip) ways.setAttribute("aria-label", skip.dataset["ways" + (chosen === "cy" ? "Cy" : "En")]);
    for (const link of ways.querySelectorAll("a")) {
      // The first page's address is empty, which would mean whatever page is open.
      const leads = new URL(link.getAttribute("href") || ".", document.baseURI).pathname.replace(/\/$/, "");
      if (leads === window.location.pathname.replace(/\/$/, "")) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  new MutationObserver(function () {
    if (!waiting) {
      waiting = true;
      window.requestAnimationFrame(follow);
    }
  }).observe(document.getElementById("root") || document.body, { childList: true, subtree: true });

  if (skip) {
    skip.addEventListener("click", function (event) {
      event.preventDefault();
      const target = document.querySelector('[data-testid="stMain"] h1') || document.querySelector('[data-testid="stMain"]');
      if (target) {
        target.setAttribute("tabindex", "-1");
        target.focus();
        target.scrollIntoView();
      }
    });
  }
})();
