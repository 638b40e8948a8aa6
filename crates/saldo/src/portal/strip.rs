//! The demo's strip: what a demo shows above every page. Outside of a demo nobody sets it and no page has it.

use money::Timestamp;

use crate::look::part::Demo;

/// What goes wrong with the sandbox's webhooks at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// They come late.
    pub late: bool,
    /// Each comes twice.
    pub twice: bool,
    /// They are held back.
    pub held: bool,
}

/// The strip's source: whoever runs the demo puts one into `App::demo_strip` before anything is served.
pub struct DemoStrip {
    faults: Box<dyn Fn() -> Faults + Send + Sync>,
}

impl DemoStrip {
    /// A strip that asks `faults` for each page.
    pub fn new(faults: impl Fn() -> Faults + Send + Sync + 'static) -> DemoStrip {
        DemoStrip { faults: Box::new(faults) }
    }

    /// The strip as it stands; `now` is the book's time.
    pub fn draw(&self, now: Timestamp) -> Demo {
        let Faults { late, twice, held } = (self.faults)();
        Demo { now, webhooks_late: late, webhooks_twice: twice, webhooks_held: held }
    }
}
