//! How far ahead of their turn entries are checked.

/// Number of entries that are built and checked ahead. What speculation costs is paid only while it pays off: each
/// failure halves it, each landing gives one back, and at one the queue is serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    now: u32,
    most: u32,
}

impl Window {
    /// As wide as it may be.
    pub fn new(most: u32) -> Self {
        let most = most.max(1);
        Self { now: most, most }
    }

    pub fn now(self) -> u32 {
        self.now
    }

    pub fn most(self) -> u32 {
        self.most
    }

    /// Another ceiling, as configured. One that was at the old ceiling goes to the new one.
    #[must_use]
    pub fn with_most(self, most: u32) -> Self {
        let most = most.max(1);
        Self { now: if self.now == self.most { most } else { self.now.min(most) }, most }
    }

    pub fn landed(&mut self) {
        self.now = self.most.min(self.now + 1);
    }

    pub fn failed(&mut self) {
        self.now = (self.now / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_halves_down_to_one_and_grows_by_one_up_to_its_ceiling() {
        let mut window = Window::new(8);
        let mut seen = Vec::new();
        for _ in 0..5 {
            window.failed();
            seen.push(window.now());
        }
        assert_eq!(seen, [4, 2, 1, 1, 1]);
        (0..20).for_each(|_| window.landed());
        assert_eq!(window.now(), 8);
    }

    #[test]
    fn another_ceiling_is_followed_and_what_failures_took_is_not_given_back_by_it() {
        let mut window = Window::new(4).with_most(8);
        assert_eq!(window.now(), 8);
        window.failed();
        assert_eq!(
            (window.with_most(16).now(), window.with_most(2).now(), window.with_most(0).now()),
            (4, 2, 1)
        );
    }
}
