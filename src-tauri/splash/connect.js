// The page inside the binary that asks for the address of another server.

const { invoke } = window.__TAURI__.core;
const link = document.getElementById('link');
const problem = document.getElementById('problem');

const attach = async (to) => {
  problem.textContent = '';
  try {
    // When it works the shell leads the window there, and this page is gone.
    await invoke('attach', { link: to });
  } catch (text) {
    problem.textContent = text;
    link.focus();
  }
};

document.getElementById('connect').addEventListener('submit', (event) => {
  event.preventDefault();
  attach(link.value);
});
document.getElementById('here').addEventListener('click', () => attach(null));
link.focus();
