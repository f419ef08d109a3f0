// What a page does besides links and forms. Each behaviour is asked for by a data attribute; pages
// work without it, but for what changes by itself.
"use strict";
(() => {
  const find = (selector, from = document) => [...from.querySelectorAll(selector)];
  const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

  // data-theme-choice: light, dark or as the system has it; kept on this machine.
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;

  // Puts a fragment of the server in the place of an element.
  async function refresh(element, url, options) {
    const answer = await fetch(url, { headers: { "x-fragment": "1", "x-csrf": csrf() }, ...options });
    if (answer.redirected || !answer.ok) return false;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const fresh = template.content.firstElementChild;
    if (!fresh) return false;
    element.replaceWith(fresh);
    start(fresh);
    return true;
  }

  // data-live="URL": the server says which things changed; elements with data-subject and data-refresh
  // fetch themselves anew, at most once at a time.
  function live(element) {
    const source = new EventSource(element.dataset.live);
    source.addEventListener("changed", (event) => {
      for (const shown of find("[data-refresh]")) {
        const subject = shown.dataset.subject;
        if (subject !== "*" && subject !== event.data) continue;
        if (shown.contains(document.activeElement) && shown.matches("form, [data-busy]")) continue;
        refresh(shown, shown.dataset.refresh).then((done) => {
          if (!done) return;
          const again = document.querySelector(`[data-subject="${CSS.escape(subject)}"]`);
          again?.classList.add("fresh");
        });
      }
    });
    addEventListener("pagehide", () => source.close());
  }

  // data-poll="SECONDS" with data-refresh: fetches itself again and again, also while the server does
  // not answer.
  function poll(element) {
    setTimeout(async () => {
      if (!element.isConnected) return;
      const done = await refresh(element, element.dataset.refresh).catch(() => false);
      if (!done) poll(element);
    }, 1000 * Number(element.dataset.poll));
  }

  // data-preview="URL" on a form, data-preview-into="ID": what the form would give, while it is filled in.
  function preview(form) {
    let waiting, asked = 0;
    const ask = async () => {
      const mine = ++asked;
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.preview, { method: "POST", body, headers: { "x-fragment": "1", "x-csrf": csrf() } });
      if (mine !== asked || !answer.ok) return;
      const into = document.getElementById(form.dataset.previewInto);
      into.innerHTML = await answer.text();
      start(into);
    };
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 250);
    });
    form.addEventListener("change", ask);
    ask();
  }

  // data-copy="TEXT": puts it on the clipboard and says so.
  function copy(button) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const label = button.textContent;
      button.textContent = "Copiado";
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  }

  // data-confirm="QUESTION" on a form or button: asks once.
  function confirmed(element) {
    const event = element.matches("form") ? "submit" : "click";
    element.addEventListener(event, (e) => {
      if (!confirm(element.dataset.confirm)) e.preventDefault();
    });
  }

  // data-all="NAME": checks all boxes of that name; data-sum="NAME" shows count and total of the checked.
  function all(box) {
    box.addEventListener("change", () => {
      for (const other of find(`input[name="${box.dataset.all}"]`)) other.checked = box.checked;
      document.dispatchEvent(new Event("selected"));
    });
  }
  function sum(output) {
    const reais = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
    const show = () => {
      const checked = find(`input[name="${output.dataset.sum}"]:checked`);
      const cents = checked.reduce((total, box) => total + Number(box.dataset.cents ?? 0), 0);
      output.textContent = checked.length ? `${checked.length} selecionados, ${reais.format(cents / 100)}` : "Nenhum selecionado";
      for (const button of find("[data-needs-selection]")) button.disabled = !checked.length;
    };
    document.addEventListener("change", show);
    document.addEventListener("selected", show);
    show();
  }

  // data-submit-on-change: a form of filters.
  function eager(form) {
    form.addEventListener("change", () => form.requestSubmit());
  }

  // data-check="URL" on a field: the server says below it whether it will do.
  function check(field) {
    const into = document.getElementById(field.dataset.checkInto);
    field.addEventListener("change", async () => {
      const body = new URLSearchParams({ value: field.value });
      const answer = await fetch(field.dataset.check, { method: "POST", body, headers: { "x-fragment": "1", "x-csrf": csrf() } });
      if (answer.ok) into.innerHTML = await answer.text();
    });
  }

  // data-drop: a file dropped on it goes into the file input inside.
  function drop(zone) {
    const input = zone.querySelector('input[type="file"]');
    for (const name of ["dragover", "dragleave", "drop"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle("over", name === "dragover");
      });
    }
    zone.addEventListener("drop", (event) => {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  // data-shows="NAME=VALUE": seen only while that field of its form has that value, or one of VALUE|VALUE. A
  // fieldset that is not seen is not sent.
  function shows(element) {
    const [name, value] = element.dataset.shows.split("=");
    const form = element.closest("form");
    const update = () => {
      const field = form.querySelector(`[name="${name}"]:checked`) ?? form.querySelector(`[name="${name}"]:not([type="radio"])`);
      element.hidden = !value.split("|").includes(field?.value ?? "");
      if (element.matches("fieldset")) element.disabled = element.hidden;
    };
    form.addEventListener("change", update);
    update();
  }

  // What is wider than its box is moved with the arrow keys once the box has the focus.
  function scroll(box) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }

  // data-key="KEY": that key follows the link, presses the button, opens the details or goes to the field, unless
  // somebody is writing. data-keys-switch turns all of them off and on, on this machine.
  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
    if (localStorage.getItem("keys") === "off") return;
    const at = document.activeElement;
    if (at?.matches("input, select, textarea")) return;
    if (event.key === "Enter" && at?.matches("a, button, summary")) return;
    const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!element) return;
    event.preventDefault();
    const details = element.closest("details");
    if (element.matches("input")) {
      if (details) details.open = true;
      element.focus();
    } else if (element.matches("summary")) {
      details.open = !details.open;
      (details.open ? details.querySelector('input[type="search"]') ?? element : element).focus();
    } else element.click();
  }
  function keysSwitch(button) {
    const label = () => {
      button.textContent = localStorage.getItem("keys") === "off" ? "Ligar as teclas" : "Desligar as teclas";
    };
    button.addEventListener("click", () => {
      if (localStorage.getItem("keys") === "off") localStorage.removeItem("keys");
      else localStorage.setItem("keys", "off");
      label();
    });
    label();
  }

  function start(root) {
    find(".scroll", root).forEach(scroll);
    const each = (attribute, behave) => {
      const selector = `[data-${attribute}]`;
      if (root.matches?.(selector)) behave(root);
      find(selector, root).forEach(behave);
    };
    each("live", live);
    each("poll", poll);
    each("preview", preview);
    each("copy", copy);
    each("confirm", confirmed);
    each("all", all);
    each("sum", sum);
    each("submit-on-change", eager);
    each("check", check);
    each("drop", drop);
    each("shows", shows);
    each("keys-switch", keysSwitch);
  }

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
    if (choice === undefined) return;
    if (choice) localStorage.setItem("theme", choice);
    else localStorage.removeItem("theme");
    document.documentElement.dataset.theme = choice;
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("DOMContentLoaded", () => {
    // On a phone the menu would push the page away.
    if (matchMedia("(max-width: 60rem)").matches) find("details.menu").forEach((menu) => { menu.open = false; });
    start(document);
  });
})();
