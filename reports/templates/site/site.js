"use strict";
/* The table of schools: order, filter, both kept in the address. Without this script it is a plain table in the order of numbers. */
(() => {
  const form = document.querySelector("form.filter"), body = document.querySelector("table.schools tbody"), said = document.querySelector(".shown");
  if (!form || !body) return;
  const heads = [...document.querySelectorAll("table.schools th[data-order]")], collator = new Intl.Collator("ru", { numeric: true });
  const plain = (text) => text.toLowerCase().replaceAll("ё", "е").replaceAll("\u00a0", " ").trim();
  const rows = [...body.rows].map((row, place) => ({
    row, place, groups: row.dataset.g.split(" "), found: plain(`${row.cells[0].textContent} ${row.cells[1].textContent}`),
    name: plain(row.cells[1].textContent), group: plain(row.cells[2].textContent), missing: plain(row.cells[3].textContent),
    term: row.cells[4].textContent ? Number(row.cells[4].dataset.k) : "",
  }));
  let state = { s: "place", d: "" }, shownOrder = "place";

  const compare = (order, down) => (one, two) => {
    const a = one[order], b = two[order];
    if (a === "" || b === "") return (a === "") - (b === "") || one.place - two.place;      /* what has no value stands last in both directions */
    const by = typeof a === "number" ? a - b : collator.compare(a, b);
    return (down ? -by : by) || one.place - two.place;
  };

  const arrange = () => {
    const wanted = state.s + state.d;
    if (wanted !== shownOrder) {
      body.append(...[...rows].sort(compare(state.s, state.d)).map((item) => item.row));
      shownOrder = wanted;
    }
    for (const head of heads) {
      if (head.dataset.order === state.s) head.setAttribute("aria-sort", state.d ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    form.elements.s.value = state.s;
  };

  const filter = () => {
    const words = plain(form.elements.q.value).split(/\s+/), group = form.elements.g.value;
    let count = 0;
    for (const item of rows) {
      const fits = (!group || item.groups.includes(group)) && words.every((word) => item.found.includes(word));
      item.row.hidden = !fits;
      count += fits;
    }
    const [one, few, many] = said.dataset.forms.split("|"), last = count % 10, tens = count % 100, single = last === 1 && tens !== 11;
    const noun = single ? one : last > 1 && last < 5 && (tens < 12 || tens > 14) ? few : many;
    said.textContent = `${single ? said.dataset.one : said.dataset.many} ${count}\u00a0${noun} из ${rows.length}`;
  };

  const remember = () => {
    const kept = new URLSearchParams(), given = { q: form.elements.q.value.trim(), g: form.elements.g.value, s: state.s === "place" ? "" : state.s, d: state.d };
    for (const [key, value] of Object.entries(given)) if (value) kept.set(key, value);
    if (state.s === "place" && state.d) kept.set("s", "place");
    history.replaceState(null, "", `#${kept}`);
  };

  const recall = () => {
    if (location.hash && !location.hash.includes("=")) return;      /* a link inside the page, such as «к содержанию» */
    const kept = new URLSearchParams(location.hash.slice(1)), order = kept.get("s") || "place";
    form.elements.q.value = kept.get("q") || "";
    form.elements.g.value = kept.get("g") || "";
    if (form.elements.g.selectedIndex < 0) form.elements.g.value = "";
    state = { s: heads.some((head) => head.dataset.order === order) ? order : "place", d: kept.get("d") === "down" ? "down" : "" };
    arrange();
    filter();
  };

  for (const head of heads) {
    const button = document.createElement("button"), order = head.dataset.order;
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    form.elements.s.add(new Option(button.textContent, order));
    button.addEventListener("click", () => {
      state = { s: order, d: state.s === order && !state.d ? "down" : "" };
      arrange();
      remember();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target.name === "s") { state = { s: form.elements.s.value, d: "" }; arrange(); } else filter();
    remember();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    form.elements.q.value = form.elements.g.value = "";
    state = { s: "place", d: "" };
    arrange();
    filter();
    remember();
  });
  addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
})();
