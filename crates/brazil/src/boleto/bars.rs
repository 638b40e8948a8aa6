//! The bar code as bars: Interleaved 2 of 5, each pair of digits as five bars and the five spaces between them.
//!
//! On paper (FEBRABAN, the banks' manuals): 103 mm long, 13 mm high, 5 mm of white at each side, a narrow element 0.33 to 0.38 mm, a
//! wide one 2.5 to 3 times that.

use crate::boleto::barcode::Barcode;

/// How wide an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// One unit.
    Narrow,
    /// Two and a half to three units.
    Wide,
}

/// What is drawn, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// Ink.
    Bar(Width),
    /// No ink.
    Space(Width),
}

/// For each digit, which of its five elements are wide.
const WIDE: [[bool; 5]; 10] = {
    const N: bool = false;
    const W: bool = true;
    [
        [N, N, W, W, N],
        [W, N, N, N, W],
        [N, W, N, N, W],
        [W, W, N, N, N],
        [N, N, W, N, W],
        [W, N, W, N, N],
        [N, W, W, N, N],
        [N, N, N, W, W],
        [W, N, N, W, N],
        [N, W, N, W, N],
    ]
};

/// The elements of a boleto's bar code with start and stop, bars and spaces in turn, beginning and ending with a bar.
pub fn bars(barcode: &Barcode) -> Vec<Element> {
    let narrow = [Element::Bar(Width::Narrow), Element::Space(Width::Narrow)];
    let mut elements = [narrow, narrow].concat();
    for pair in barcode.digits().as_bytes().chunks_exact(2) {
        let [bar, space] = [pair[0], pair[1]].map(|byte| WIDE[usize::from(byte - b'0')]);
        for (bar, space) in bar.into_iter().zip(space) {
            elements.push(Element::Bar(width(bar)));
            elements.push(Element::Space(width(space)));
        }
    }
    elements.extend([Element::Bar(Width::Wide), Element::Space(Width::Narrow), Element::Bar(Width::Narrow)]);
    elements
}

fn width(is_wide: bool) -> Width {
    if is_wide { Width::Wide } else { Width::Narrow }
}
