// Sets the theme before the first paint, so that a dark room never flashes white. A file of its own because the
// page's content policy allows no inline script.
(function () {
  var root = document.documentElement;
  var read = function (key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  var choice = read("pilothouse.theme") || "system";
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  var more = matchMedia("(prefers-contrast: more)").matches;
  root.dataset.theme =
    choice === "system"
      ? more ? (dark ? "contrast" : "contrast-light") : dark ? "dark" : "light"
      : choice === "contrast" && !dark ? "contrast-light" : choice;
  var diff = read("pilothouse.diff");
  if (diff === "safe") root.dataset.diff = "safe";
  var text = read("pilothouse.text");
  if (text === "small" || text === "large") root.dataset.text = text;
})();
