//! Type: text broken into lines of glyphs by the two fonts of our papers.
//!
//! Whatever people write is set: what the fonts have no sign for is a box, what has no form is
//! left out, and so no text can keep a paper from being made.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use parley::style::{
    FontFamily, FontFamilyName, FontFeatures, FontWeight, LineHeight, OverflowWrap, StyleProperty,
};
use parley::{FontContext, Layout, LayoutContext};

const REGULAR: &[u8] = include_bytes!("../../../assets/paper/inter-regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../../assets/paper/inter-semibold.ttf");
/// What our fonts are called where they are looked up.
const FAMILY: &str = "Paper";
/// In place of what our fonts have no sign for.
const BOX: char = '\u{25a1}';
/// So often signs that our fonts do not have are looked for in a text before all but plain ones are boxed.
const ROUNDS_MAX: usize = 4;
/// The height of a line in sizes of its type.
const LEADING: f32 = 1.36;

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Weight {
    Regular,
    Semibold,
}

impl Weight {
    const fn units(self) -> f32 {
        match self {
            Self::Regular => 400.0,
            Self::Semibold => 600.0,
        }
    }
}

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Face {
    pub(super) weight: Weight,
    /// In points.
    pub(super) size: f32,
    /// Which figures it has.
    figures: Figures,
}

/// How wide figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Figures {
    /// Each as wide as it is.
    Own,
    /// All alike, so that they stand below each other.
    Alike,
}

impl Face {
    pub(super) const fn regular(size: f32) -> Self {
        Self { weight: Weight::Regular, size, figures: Figures::Own }
    }

    pub(super) const fn semibold(size: f32) -> Self {
        Self { weight: Weight::Semibold, size, figures: Figures::Own }
    }

    /// The same with figures that stand below each other.
    pub(super) const fn aligned(self) -> Self {
        Self { figures: Figures::Alike, ..self }
    }
}

/// A line of glyphs.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// What it is set of.
    pub(super) text: Rc<str>,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) face: Face,
    /// In points, without spaces at its end.
    pub(super) width: f32,
    /// From the top of the line down to where its letters stand.
    pub(super) baseline: f32,
    pub(super) height: f32,
}

/// Lines of one text, the first on top.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) lines: Vec<Rc<Line>>,
}

impl Block {
    pub(super) fn height(&self) -> f32 {
        self.lines.iter().map(|it| it.height).sum()
    }
}

/// A text as it is wanted: how it is set follows from this.
#[derive(PartialEq, Eq, Hash)]
struct Wanted {
    text: Box<str>,
    weight: Weight,
    figures: Figures,
    /// The bits of its size and of its width.
    size: u32,
    width: u32,
}

/// Sets text.
pub(super) struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    layout: Layout<()>,
    /// What was set before: most of what stands on an invoice stands there often.
    known: HashMap<Wanted, Block>,
    regular: Font,
    semibold: Font,
}

fn font(bytes: &'static [u8]) -> Font {
    Font::new(bytes.into(), 0).expect("our fonts can be read")
}

impl Typesetter {
    pub(super) fn new() -> Self {
        let options = CollectionOptions { shared: false, system_fonts: false };
        let mut collection = Collection::new(options);
        for (bytes, weight) in [(REGULAR, Weight::Regular), (SEMIBOLD, Weight::Semibold)] {
            let named = FontInfoOverride {
                family_name: Some(FAMILY),
                weight: Some(FontWeight::new(weight.units())),
                ..FontInfoOverride::default()
            };
            collection.register_fonts(Blob::new(Arc::new(bytes)), Some(named));
        }
        Self {
            fonts: FontContext { collection, source_cache: SourceCache::default() },
            layouts: LayoutContext::new(),
            layout: Layout::new(),
            known: HashMap::new(),
            regular: font(REGULAR),
            semibold: font(SEMIBOLD),
        }
    }

    /// The font of a face, as it goes into a file.
    pub(super) fn font(&self, face: Face) -> Font {
        match face.weight {
            Weight::Regular => self.regular.clone(),
            Weight::Semibold => self.semibold.clone(),
        }
    }

    /// Text on one line, however long.
    pub(super) fn line(&mut self, text: &str, face: Face) -> Rc<Line> {
        let text = text.replace(['\n', '\r'], " ");
        let block = self.block(&text, face, f32::MAX);
        block.lines.into_iter().next().expect("a text has a line, if an empty one")
    }

    /// Text in lines of at most a width.
    pub(super) fn block(&mut self, text: &str, face: Face, width: f32) -> Block {
        let wanted = Wanted {
            text: text.into(),
            weight: face.weight,
            figures: face.figures,
            size: face.size.to_bits(),
            width: width.to_bits(),
        };
        if let Some(block) = self.known.get(&wanted) {
            return block.clone();
        }
        let block = self.fresh(text, face, width);
        self.known.insert(wanted, block.clone());
        block
    }

    fn fresh(&mut self, text: &str, face: Face, width: f32) -> Block {
        let mut text = readable(text).into_owned();
        for _ in 0..ROUNDS_MAX {
            let (block, missing) = self.set(&text, face, width);
            if missing.is_empty() {
                return block;
            }
            // Beside a box a sign may stand by itself that was one with another before.
            text = boxed(&text, |at, _| missing.contains(&at));
        }
        self.set(&boxed(&text, |_, it| !it.is_ascii()), face, width).0
    }

    /// Text in lines, and where in it are signs that the font does not have.
    fn set(&mut self, text: &str, face: Face, width: f32) -> (Block, BTreeSet<usize>) {
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, text, 1.0, false);
        let family = FontFamily::Single(FontFamilyName::Named(Cow::Borrowed(FAMILY)));
        builder.push_default(StyleProperty::FontFamily(family));
        builder.push_default(StyleProperty::FontSize(face.size));
        builder.push_default(StyleProperty::FontWeight(FontWeight::new(face.weight.units())));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(LEADING)));
        if face.figures == Figures::Alike {
            builder.push_default(StyleProperty::FontFeatures(FontFeatures::from("\"tnum\" 1")));
        }
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        builder.build_into(&mut self.layout, text);
        self.layout.break_all_lines(Some(width));
        let shared: Rc<str> = Rc::from(text);
        let (mut lines, mut missing) = (Vec::new(), BTreeSet::new());
        for line in self.layout.lines() {
            let metrics = line.metrics();
            let mut set = Line {
                text: Rc::clone(&shared),
                glyphs: Vec::new(),
                face,
                width: metrics.advance - metrics.hanging_advance,
                baseline: metrics.baseline - metrics.block_min_coord,
                height: metrics.line_height,
            };
            for cluster in line.runs().flat_map(|it| it.visual_clusters().collect::<Vec<_>>()) {
                take(&cluster, face.size, &mut set.glyphs, &mut missing);
            }
            lines.push(Rc::new(set));
        }
        (Block { lines }, missing)
    }
}

/// The text with a box in place of some of its signs.
fn boxed(text: &str, is_boxed: impl Fn(usize, char) -> bool) -> String {
    text.char_indices().map(|(at, it)| if is_boxed(at, it) { BOX } else { it }).collect()
}

/// Takes the glyphs of a cluster, or notes where it has none.
fn take(
    cluster: &parley::Cluster<'_, ()>,
    size: f32,
    glyphs: &mut Vec<KrillaGlyph>,
    missing: &mut BTreeSet<usize>,
) {
    let range = cluster.text_range();
    if cluster.is_ligature_continuation() {
        if let Some(last) = glyphs.last_mut() {
            last.text_range.end = last.text_range.end.max(range.end);
            if last.glyph_id.to_u32() == 0 {
                missing.extend(range);
            }
        }
        return;
    }
    for glyph in cluster.glyphs() {
        if glyph.id == 0 {
            missing.extend(range.clone());
        }
        let (advance, x, y) = (glyph.advance / size, glyph.x / size, glyph.y / size);
        let id = GlyphId::new(glyph.id);
        glyphs.push(KrillaGlyph::new(id, advance, x, y, 0.0, range.clone(), None));
    }
}

/// The text without what has no form: controls, marks of direction, joiners, signs for private use.
fn readable(text: &str) -> Cow<'_, str> {
    if text.chars().all(has_form) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace(['\t', '\r'], " ");
    Cow::Owned(text.chars().filter(|it| has_form(*it)).collect())
}

fn has_form(it: char) -> bool {
    let is_hidden = matches!(it,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}');
    (!it.is_control() || it == '\n') && !is_hidden
}
