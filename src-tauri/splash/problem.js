// The page inside the binary: says why the server did not start, and tries again.

const { invoke } = window.__TAURI__.core;
const problem = document.getElementById('problem');
const again = document.getElementById('again');

const show = (text) => {
  problem.textContent = text ?? '';
};

again.addEventListener('click', async () => {
  again.disabled = true;
  show('Starting…');
  try {
    // When it works the shell leads the window to the interface, and this page is gone.
    await invoke('try_again');
  } catch (text) {
    show(text);
    again.disabled = false;
  }
});
document.getElementById('quit').addEventListener('click', () => invoke('quit'));

show(await invoke('start_problem'));
again.focus();
