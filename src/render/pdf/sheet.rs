//! Sheets of paper: what is drawn where, page by page, and as what it is read aloud.
//!
//! Positions are in points from the upper left corner of an A4 page. Everything is drawn into memory
//! first: only when the last page is known can the first say how many there are.

use std::rc::Rc;

use krilla::Document;
use krilla::color::rgb;
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, TagGroup, TagKind, TagTree,
};

use super::typeset::{Block, Face, Line, Typesetter};
use crate::domain::billing::letterhead::Color;

/// The width of a page.
pub(super) const WIDTH: f32 = 595.276;
/// The height of a page.
pub(super) const HEIGHT: f32 = 841.89;
/// Where text begins: 25 mm from the left, as envelopes with a window want it.
pub(super) const LEFT: f32 = 70.866;
/// Where text ends: 20 mm from the right.
pub(super) const RIGHT: f32 = WIDTH - 56.693;

/// Black as on paper.
pub(super) const INK: Color = Color { rgb: [0x1b, 0x1f, 0x26] };
/// What matters less.
pub(super) const QUIET: Color = Color { rgb: [0x5b, 0x64, 0x70] };
/// Rules between rows.
pub(super) const FAINT: Color = Color { rgb: [0xd9, 0xdd, 0xe3] };

/// A part of the text as it is read: by its place among the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part(usize);

/// What is on a page beside the text that is read.
pub(super) const ASIDE: Option<Part> = None;

enum Mark {
    Line(Rc<Line>),
    /// A filled rectangle, by its width and height.
    Area(f32, f32),
    /// Dark squares of a size, by column and row.
    Squares(Vec<(u16, u16)>, f32),
    Picture(Image, f32, f32),
}

struct Drawn {
    x: f32,
    y: f32,
    mark: Mark,
    color: Color,
    part: Option<Part>,
}

struct Reading {
    tag: TagKind,
    within: Option<Part>,
}

/// What a file consists of, as it grows.
pub(super) struct Sheets {
    pub(super) typesetter: Typesetter,
    pages: Vec<Vec<Drawn>>,
    readings: Vec<Reading>,
}

/// Where the right or left edge of a text is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Edge {
    Left(f32),
    Right(f32),
}

impl Sheets {
    /// One empty page.
    pub(super) fn new() -> Self {
        Self { typesetter: Typesetter::new(), pages: vec![Vec::new()], readings: Vec::new() }
    }

    /// How many pages there are.
    pub(super) const fn count(&self) -> usize {
        self.pages.len()
    }

    /// Begins another page.
    pub(super) fn turn(&mut self) {
        self.pages.push(Vec::new());
    }

    /// A part of the text, read after those that are there already.
    pub(super) fn part(&mut self, tag: impl Into<TagKind>, within: Option<Part>) -> Part {
        self.readings.push(Reading { tag: tag.into(), within });
        Part(self.readings.len() - 1)
    }

    fn draw(&mut self, page: usize, drawn: Drawn) {
        self.pages[page].push(drawn);
    }

    fn last(&self) -> usize {
        self.pages.len() - 1
    }

    /// Draws a line of text, its top at `y`, on the last page.
    pub(super) fn line(
        &mut self,
        (edge, y): (Edge, f32),
        line: Rc<Line>,
        (color, part): (Color, Option<Part>),
    ) {
        let page = self.last();
        self.line_on(page, (edge, y), line, (color, part));
    }

    /// Draws a line of text on a page.
    pub(super) fn line_on(
        &mut self,
        page: usize,
        (edge, y): (Edge, f32),
        line: Rc<Line>,
        (color, part): (Color, Option<Part>),
    ) {
        let x = match edge {
            Edge::Left(x) => x,
            Edge::Right(x) => x - line.width,
        };
        self.draw(page, Drawn { x, y, mark: Mark::Line(line), color, part });
    }

    /// Draws lines below each other; answers with where the next would stand.
    pub(super) fn block(
        &mut self,
        (edge, mut y): (Edge, f32),
        block: Block,
        (color, part): (Color, Option<Part>),
    ) -> f32 {
        for line in block.lines {
            let height = line.height;
            self.line((edge, y), line, (color, part));
            y += height;
        }
        y
    }

    /// Sets a text and draws it below `y`; answers with where the next would stand.
    pub(super) fn text(
        &mut self,
        at: (f32, f32),
        (text, face, width): (&str, Face, f32),
        ink: (Color, Option<Part>),
    ) -> f32 {
        let block = self.typesetter.block(text, face, width);
        self.block((Edge::Left(at.0), at.1), block, ink)
    }

    /// Fills a rectangle.
    pub(super) fn area(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), color: Color) {
        let (page, mark) = (self.last(), Mark::Area(width, height));
        self.draw(page, Drawn { x, y, mark, color, part: ASIDE });
    }

    /// Fills a rectangle on a page.
    pub(super) fn area_on(
        &mut self,
        page: usize,
        (x, y): (f32, f32),
        (width, height): (f32, f32),
        color: Color,
    ) {
        self.draw(page, Drawn { x, y, mark: Mark::Area(width, height), color, part: ASIDE });
    }

    /// Draws dark squares.
    pub(super) fn squares(
        &mut self,
        (x, y): (f32, f32),
        (squares, size): (Vec<(u16, u16)>, f32),
        part: Part,
    ) {
        let (page, mark) = (self.last(), Mark::Squares(squares, size));
        self.draw(page, Drawn { x, y, mark, color: INK, part: Some(part) });
    }

    /// Draws a picture.
    pub(super) fn picture(
        &mut self,
        (x, y): (f32, f32),
        (width, height): (f32, f32),
        (image, part): (Image, Part),
    ) {
        let (page, mark) = (self.last(), Mark::Picture(image, width, height));
        self.draw(page, Drawn { x, y, mark, color: INK, part: Some(part) });
    }

    /// Puts everything into a file.
    pub(super) fn into_document(
        self,
        document: &mut Document,
        locale: &str,
    ) -> Result<(), KrillaError> {
        let Self { typesetter, pages, readings } = self;
        let mut leaves: Vec<Vec<Identifier>> = readings.iter().map(|_| Vec::new()).collect();
        for drawn in pages {
            let size = PageSettings::from_wh(WIDTH, HEIGHT).expect("a page has a size");
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            let mut drawn = drawn.into_iter().peekable();
            while let Some(first) = drawn.next() {
                let part = first.part;
                match part {
                    Some(part) => leaves[part.0].push(surface.start_tagged(ContentTag::Other)),
                    None => {
                        let aside = Artifact::with_kind(ArtifactType::Other);
                        surface.start_tagged(ContentTag::Artifact(aside));
                    }
                }
                put(&mut surface, &typesetter, first);
                while let Some(next) = drawn.next_if(|it| it.part == part) {
                    put(&mut surface, &typesetter, next);
                }
                surface.end_tagged();
            }
            surface.finish();
            page.finish();
        }
        document.set_tag_tree(tree(readings, leaves, locale));
        Ok(())
    }
}

/// The parts in the order in which they are read, each within the one it belongs to.
fn tree(readings: Vec<Reading>, leaves: Vec<Vec<Identifier>>, locale: &str) -> TagTree {
    let mut groups: Vec<Option<(Option<Part>, TagGroup)>> = readings
        .into_iter()
        .zip(leaves)
        .map(|(it, leaves)| {
            let children = leaves.into_iter().map(Node::from).collect();
            Some((it.within, TagGroup::with_children(it.tag, children)))
        })
        .collect();
    let mut roots = Vec::new();
    // What is within a part was begun after it, so the last is whole first.
    for at in (0..groups.len()).rev() {
        let Some((within, group)) = groups[at].take() else { continue };
        if group.children.is_empty() {
            continue;
        }
        match within.and_then(|it| groups[it.0].as_mut()) {
            Some((_, outer)) => outer.children.insert(0, group.into()),
            None => roots.push(group),
        }
    }
    let mut tree = TagTree::new().with_lang(Some(locale.to_owned()));
    roots.into_iter().rev().for_each(|it| tree.push(it));
    tree
}

fn put(surface: &mut Surface<'_>, typesetter: &Typesetter, drawn: Drawn) {
    let Drawn { x, y, mark, color, .. } = drawn;
    let [red, green, blue] = color.rgb;
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::default(),
    }));
    match mark {
        Mark::Line(line) => {
            let (font, size) = (typesetter.font(line.face), line.face.size);
            let at = Point::from_xy(x, y + line.baseline);
            if !line.glyphs.is_empty() {
                surface.draw_glyphs(at, &line.glyphs, font, &line.text, size, false);
            }
        }
        Mark::Area(width, height) => {
            let mut path = PathBuilder::new();
            path.push_rect(Rect::from_xywh(x, y, width, height).expect("a rectangle has a size"));
            path.finish().iter().for_each(|it| surface.draw_path(it));
        }
        Mark::Squares(squares, size) => {
            let mut path = PathBuilder::new();
            for (column, row) in squares {
                let (x, y) = (x + f32::from(column) * size, y + f32::from(row) * size);
                path.push_rect(Rect::from_xywh(x, y, size, size).expect("a square has a size"));
            }
            path.finish().iter().for_each(|it| surface.draw_path(it));
        }
        Mark::Picture(image, width, height) => {
            surface.push_transform(&Transform::from_translate(x, y));
            let size = Size::from_wh(width, height).expect("a picture has a size");
            surface.draw_image(image, size);
            surface.pop();
        }
    }
}
