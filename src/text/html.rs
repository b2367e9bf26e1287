//! The one reader of HTML from outside: the portal's messages, which are HTML, plain text or
//! something between, and the error pages of gateways. It makes paragraphs, list items and code.
//!
//! The tokens are those of a browser; what they are made into is what a report can show. An element
//! that HTML does not know is most likely text that nobody escaped (`the plan <standard>`), so it
//! is kept as text.

use html5gum::{DefaultEmitter, Span, StartTag, Token, Tokenizer};

/// Deeper lists are shown as this deep.
const DEEPEST: usize = 4;

/// What a message or a page says, without its markup.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RichText {
    /// Its paragraphs, list items and code, in order.
    pub blocks: Vec<Block>,
    /// There was more than was wanted, and it is left out.
    pub cut: bool,
}

/// A paragraph, an item of a list, or code.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// In how many lists it is.
    pub depth: usize,
    /// Whether it begins an item.
    pub marker: Option<Marker>,
    /// The text, or the code.
    pub content: BlockContent,
}

/// What an item of a list begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// An item of a list without numbers.
    Bullet,
    /// The item of a list with this number.
    Number(usize),
}

/// What a block says.
#[derive(Debug, PartialEq, Eq)]
pub enum BlockContent {
    /// Text; an empty run is a line break.
    Runs(Vec<TextRun>),
    /// Lines that stay as they are.
    Code(String),
}

/// A piece of text of one style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextRun {
    /// The text; empty for a line break.
    pub text: String,
    /// How it is set off from the text around it.
    pub style: Style,
    /// Where it leads, as it was given.
    pub link: Option<String>,
}

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// Like the text around it.
    #[default]
    Plain,
    /// Bold, such as `b`, `strong` and headings.
    Strong,
    /// Italic, such as `i` and `em`.
    Emphasis,
    /// Code in a line.
    Code,
}

/// Reads the first `most` characters of what a message or a page says.
#[must_use]
pub fn read_html(html: &str, most: usize) -> RichText {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    // What is in scripts and styles is no markup.
    emitter.naively_switch_states(true);
    let mut reader = HtmlReader { source: html, left: most, ..HtmlReader::default() };
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        reader.take(&token);
        if reader.text.cut {
            break;
        }
    }
    reader.flush();
    reader.text
}

#[derive(Default)]
struct HtmlReader<'a> {
    source: &'a str,
    left: usize,
    text: RichText,
    runs: Vec<TextRun>,
    code_block: Option<String>,
    lists: Vec<Option<usize>>,
    marker: Option<Marker>,
    strong: usize,
    emphasis: usize,
    code: usize,
    link: Option<String>,
    /// Until this element ends, nothing is shown.
    hidden: Option<Vec<u8>>,
}

impl HtmlReader<'_> {
    fn take(&mut self, token: &Token<usize>) {
        if let Some(hidden) = &self.hidden {
            if matches!(token, Token::EndTag(tag) if *tag.name == *hidden) {
                self.hidden = None;
            }
            return;
        }
        match token {
            Token::String(text) => self.say(&String::from_utf8_lossy(text)),
            Token::StartTag(tag) => self.start(tag),
            Token::EndTag(tag) => self.end(&tag.name),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }

    fn start(&mut self, tag: &StartTag<usize>) {
        let attribute = |name: &[u8]| {
            tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
        };
        match &tag.name[..] {
            b"script" | b"style" | b"template" | b"iframe" | b"object" | b"svg" | b"math"
            | b"textarea" | b"select" => {
                if !tag.self_closing {
                    self.hidden = Some(tag.name.0.clone());
                }
            }
            b"br" => self.line_break(),
            b"ul" | b"ol" => {
                self.flush();
                self.lists.push((tag.name[..] == *b"ol").then_some(0));
            }
            b"li" => {
                self.flush();
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(count)) => {
                        *count += 1;
                        Marker::Number(*count)
                    }
                    _ => Marker::Bullet,
                });
            }
            b"pre" => {
                self.flush();
                self.code_block = Some(String::new());
            }
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => {
                self.flush();
                self.strong += 1;
            }
            b"b" | b"strong" => self.strong += 1,
            b"i" | b"em" | b"cite" | b"dfn" => self.emphasis += 1,
            b"code" | b"kbd" | b"samp" | b"tt" | b"var" => self.code += 1,
            b"a" => self.link = attribute(b"href").filter(|link| !link.trim().is_empty()),
            b"img" => {
                if let Some(alt) = attribute(b"alt").filter(|alt| !alt.trim().is_empty()) {
                    self.say(&format!("[image: {alt}]"));
                }
            }
            b"td" | b"th" => self.next_cell(),
            name if BLOCKS.contains(&name) => self.flush(),
            name if INLINE.contains(&name) => {}
            _ => self.unknown(tag.span),
        }
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"ul" | b"ol" => {
                self.flush();
                self.lists.pop();
                self.marker = None;
            }
            b"li" => {
                self.flush();
                self.marker = None;
            }
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => {
                self.flush();
                self.strong = self.strong.saturating_sub(1);
            }
            b"b" | b"strong" => self.strong = self.strong.saturating_sub(1),
            b"i" | b"em" | b"cite" | b"dfn" => self.emphasis = self.emphasis.saturating_sub(1),
            b"code" | b"kbd" | b"samp" | b"tt" | b"var" => self.code = self.code.saturating_sub(1),
            b"a" => self.link = None,
            b"pre" => self.flush(),
            name if BLOCKS.contains(&name) => self.flush(),
            _ => {}
        }
    }

    fn unknown(&mut self, span: Span<usize>) {
        let source = self.source;
        if let Some(text) = source.get(span.start..span.end) {
            self.say(text);
        }
    }

    /// Cells stand beside each other, with a dot between.
    fn next_cell(&mut self) {
        if self.runs.iter().any(|run| !run.text.trim().is_empty()) {
            self.say(" · ");
        }
    }

    fn line_break(&mut self) {
        if self.code_block.is_some() {
            self.say("\n");
        } else if self.runs.last().is_some_and(|run| !run.text.is_empty()) {
            self.spend(1);
            self.runs.push(TextRun::default());
        }
    }

    fn say(&mut self, text: &str) {
        let end = text.char_indices().nth(self.left).map_or(text.len(), |(at, _)| at);
        let said = &text[..end];
        self.spend(text.chars().count());
        if let Some(block) = &mut self.code_block {
            block.push_str(said);
            return;
        }
        let style = match (self.code, self.strong, self.emphasis) {
            (1.., ..) => Style::Code,
            (_, 1.., _) => Style::Strong,
            (_, _, 1..) => Style::Emphasis,
            _ => Style::Plain,
        };
        match self.runs.last_mut() {
            Some(last)
                if !last.text.is_empty() && last.style == style && last.link == self.link =>
            {
                last.text.push_str(said);
            }
            _ if said.is_empty() => {}
            _ => {
                let link = self.link.clone();
                self.spend(link.as_ref().map_or(0, |link| link.chars().count()));
                self.runs.push(TextRun { text: said.to_owned(), style, link });
            }
        }
    }

    fn spend(&mut self, characters: usize) {
        self.text.cut |= characters > self.left;
        self.left = self.left.saturating_sub(characters);
    }

    fn flush(&mut self) {
        let depth = self.lists.len().max(usize::from(self.marker.is_some())).min(DEEPEST);
        if let Some(code) = self.code_block.take()
            && !code.trim().is_empty()
        {
            self.text.blocks.push(Block { depth, marker: None, content: BlockContent::Code(code) });
        }
        let runs = std::mem::take(&mut self.runs);
        if runs.iter().any(|run| !run.text.trim().is_empty()) {
            self.text.blocks.push(Block {
                depth,
                marker: self.marker.take(),
                content: BlockContent::Runs(runs),
            });
        }
    }
}

/// Elements that begin and end a paragraph.
const BLOCKS: [&[u8]; 34] = [
    b"address",
    b"article",
    b"aside",
    b"blockquote",
    b"body",
    b"caption",
    b"center",
    b"dd",
    b"details",
    b"div",
    b"dl",
    b"dt",
    b"fieldset",
    b"figcaption",
    b"figure",
    b"footer",
    b"form",
    b"head",
    b"header",
    b"hr",
    b"html",
    b"main",
    b"nav",
    b"p",
    b"section",
    b"summary",
    b"table",
    b"tbody",
    b"tfoot",
    b"thead",
    b"title",
    b"tr",
    b"noscript",
    b"plaintext",
];

/// Elements within a sentence that look like nothing here.
const INLINE: [&[u8]; 26] = [
    b"abbr", b"bdi", b"bdo", b"big", b"button", b"data", b"del", b"font", b"input", b"ins",
    b"label", b"link", b"mark", b"meta", b"o:p", b"q", b"s", b"small", b"span", b"strike", b"sub",
    b"sup", b"time", b"u", b"wbr", b"base",
];
