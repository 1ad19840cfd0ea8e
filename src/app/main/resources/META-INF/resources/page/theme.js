/* Before anything is drawn: the colours that were chosen last, so that the page does not flash. */
(() => {
  const chosen = localStorage.getItem('residua.theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
})();
