//! Everything that happened in a world, for the one who looks for a fault. Off, it costs nothing.

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use crate::time::Time;

/// The trace of one world.
pub struct Trace {
    time: Rc<Time>,
    lines: Option<RefCell<Vec<String>>>,
}

impl Trace {
    pub fn new(time: Rc<Time>, on: bool) -> Self {
        Self { time, lines: on.then(RefCell::default) }
    }

    pub fn say<D: Display>(&self, what: impl FnOnce() -> D) {
        if let Some(lines) = &self.lines {
            let now = self.time.now();
            let (seconds, millis) = (now.as_secs(), now.subsec_millis());
            let clock = format!(
                "{}d {:02}:{:02}:{:02}.{millis:03}",
                seconds / 86_400,
                seconds / 3600 % 24,
                seconds / 60 % 60,
                seconds % 60
            );
            lines.borrow_mut().push(format!("{clock}  {}", what()));
        }
    }

    pub fn text(&self) -> String {
        self.lines.as_ref().map(|lines| lines.borrow().join("\n")).unwrap_or_default()
    }
}
