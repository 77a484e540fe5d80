// Keeps the document's language, and that of the skip link, as the page was last written in; and makes the skip link work.
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
