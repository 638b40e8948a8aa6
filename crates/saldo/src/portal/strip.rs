//! The demo's strip: what a demo shows above every page. Outside of a demo nobody sets it and no page has it.

use money::Timestamp;

use crate::look::part::{Demo, DemoFaults};

/// The strip's source: whoever runs the demo puts one into `App::demo_strip` before anything is served.
pub struct DemoStrip {
    faults: Box<dyn Fn() -> DemoFaults + Send + Sync>,
    sandbox_url: String,
}

impl DemoStrip {
    /// A strip that asks `faults` for each page and links to the sandbox's own page.
    pub fn new(sandbox_url: String, faults: impl Fn() -> DemoFaults + Send + Sync + 'static) -> DemoStrip {
        DemoStrip { faults: Box::new(faults), sandbox_url }
    }

    /// The strip as it stands; `now` is the book's time.
    pub fn draw(&self, now: Timestamp) -> Demo {
        Demo { now, faults: (self.faults)(), sandbox_url: self.sandbox_url.clone() }
    }
}
