// What the system must bring, by purpose. Debian and Ubuntu names; `command` or `module` (pkg-config) tells on
// other Linux systems whether the thing is there.

export const purposes = {
  // Compiling the headless server, the command line and the worker.
  build: [
    { name: 'gcc', command: 'cc' },
    { name: 'libc6-dev', command: 'cc' },
  ],
  // Running: the sandbox for a model's commands and the repository's own code.
  run: [
    { name: 'git', command: 'git' },
    { name: 'bubblewrap', command: 'bwrap' },
  ],
  // Compiling the desktop window.
  desktop: [
    { name: 'pkg-config', command: 'pkg-config' },
    { name: 'libwebkit2gtk-4.1-dev', module: 'webkit2gtk-4.1' },
    { name: 'libdbus-1-dev', module: 'dbus-1' },
    // Asked by the packager for the tray's library.
    { name: 'libayatana-appindicator3-dev', module: 'ayatana-appindicator3-0.1' },
  ],
  // Showing it somewhere with fonts and a session bus.
  window: [
    { name: 'dbus', command: 'dbus-run-session' },
    { name: 'xdg-utils', command: 'xdg-open' },
    { name: 'libayatana-appindicator3-1' },
    { name: 'fonts-dejavu-core' },
  ],
  // The container engines that tests start for themselves. Installing one on a machine with systemd also starts one for
  // everybody there, so it is only asked for where its tests must run.
  engine: [
    { name: 'docker.io', anyOf: ['dockerd'] },
    { name: 'podman', command: 'podman' },
    { name: 'busybox-static', command: 'busybox' },
  ],
  // A browser and a virtual display for the tests.
  test: [
    { name: 'chromium', anyOf: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] },
    { name: 'fonts-liberation' },
    { name: 'fonts-noto-color-emoji' },
    { name: 'xvfb', command: 'Xvfb' },
    { name: 'webkit2gtk-driver', command: 'WebKitWebDriver' },
    { name: 'matchbox-window-manager', command: 'matchbox-window-manager' },
    { name: 'wmctrl', command: 'wmctrl' },
    { name: 'xdotool', command: 'xdotool' },
    // A dictionary for the spelling of the window; WebKit brings what reads it.
    { name: 'hunspell-en-us' },
    { name: 'gnome-keyring', command: 'gnome-keyring-daemon' },
    { name: 'procps', command: 'ps' },
    // Speaks in a sandbox what a shell cannot.
    { name: 'python3', command: 'python3' },
    // Networks of their own for hosts that are cut apart.
    { name: 'iproute2', command: 'ip' },
    // Servers that are pushed to, and the throwaway authority of one of them.
    { name: 'openssh-server', anyOf: ['sshd'] },
    { name: 'openssh-client', command: 'ssh' },
    { name: 'openssl', command: 'openssl' },
    // Large files beside the repositories that are pushed.
    { name: 'git-lfs', command: 'git-lfs' },
    // Puts a throwaway authority into the store of a browser.
    { name: 'libnss3-tools', command: 'certutil' },
    { name: 'desktop-file-utils', command: 'desktop-file-validate' },
  ],
  // A frame around the window and a panel with a tray, for the pictures of README.md.
  pictures: [
    { name: 'xfwm4', command: 'xfwm4' },
    { name: 'xfce4-panel', command: 'xfce4-panel' },
  ],
};

/** The browser the tests drive: `TEST_BROWSER`, or the first name of the list that is installed. */
export const browsers = purposes.test[0].anyOf;
