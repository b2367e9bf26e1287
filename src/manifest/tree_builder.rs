//! Builds the tree of a manifest from the parser's events, and refuses the features of YAML that
//! are not allowed.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};

use super::source::{Finding, ManifestSource, TextExtent};
use super::syntax::{self, A_TAG, AN_ALIAS, REMOVE_THE_TAG, SEE_THE_SCHEMA, WRITE_IT_OUT};
use super::tree::{MappingEntry, Node, NodeValue};

/// An offer manifest has 7 levels, and the values of edits have some of their own.
const DEEPEST: usize = 24;
/// Thousands of offers with their plans.
const MOST_NODES: usize = 20_000;
/// Whoever uses a feature more often than can be told knows by then that it is not allowed.
const MOST_REFUSALS: usize = super::MOST_PROBLEMS + 1;

/// Builds the tree of a manifest; `None` if the text is not YAML, or is nested too deep, or is too
/// large.
pub fn build_tree(source: &ManifestSource) -> (Option<Node>, Vec<Finding>) {
    let mut builder = Builder {
        source,
        events: Parser::new_from_str(source.text()),
        findings: Vec::new(),
        nodes: 0,
    };
    let root = builder.build_document().ok();
    (root, builder.findings)
}

/// The problem is noted, and the rest of the text cannot be read.
struct UnreadableRest;

struct Builder<'a> {
    source: &'a ManifestSource,
    events: Parser<'a, StrInput<'a>>,
    findings: Vec<Finding>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn build_document(&mut self) -> Result<Node, UnreadableRest> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    self.refuse(
                        self.extent(span),
                        "a second document starts here",
                        "keep one document in the file",
                    );
                    break;
                }
                Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => {}
                event => root = Some(self.build_node(event, span, 1)?),
            }
        }
        Ok(root.unwrap_or_else(|| Node {
            at: self.source.extent((1, 0), (1, 0)),
            value: empty_value(),
        }))
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), UnreadableRest> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                self.findings.push(syntax::explain_error(self.source, &error));
                Err(UnreadableRest)
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn build_node(
        &mut self,
        event: Event<'a>,
        span: Span,
        depth: usize,
    ) -> Result<Node, UnreadableRest> {
        if self.findings.len() >= MOST_REFUSALS {
            return Err(UnreadableRest);
        }
        let at = self.extent(span);
        self.count_node(at, depth)?;
        let value = self.build_value(event, span, depth)?;
        let at = match &value {
            NodeValue::Mapping(entries) => entries.first().map_or(at, |entry| entry.key_at),
            _ => at,
        };
        Ok(Node { at, value })
    }

    /// Refuses a manifest that is too large or nested too deep.
    fn count_node(&mut self, at: TextExtent, depth: usize) -> Result<(), UnreadableRest> {
        self.nodes += 1;
        let message = if depth > DEEPEST {
            format!("the manifest is nested deeper than {DEEPEST} levels")
        } else if self.nodes > MOST_NODES {
            format!("the manifest has more than {MOST_NODES} keys and values")
        } else {
            return Ok(());
        };
        self.refuse(at, message, SEE_THE_SCHEMA);
        Err(UnreadableRest)
    }

    fn build_value(
        &mut self,
        event: Event<'a>,
        span: Span,
        depth: usize,
    ) -> Result<NodeValue, UnreadableRest> {
        let start = span.start;
        Ok(match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let value = NodeValue::Scalar { text: text.into_owned(), plain };
                self.check_properties(start, anchor, tag.as_deref(), value)
            }
            Event::SequenceStart(anchor, tag) => {
                let items = NodeValue::List(self.build_list(depth)?);
                self.check_properties(start, anchor, tag.as_deref(), items)
            }
            Event::MappingStart(anchor, tag) => {
                let entries = NodeValue::Mapping(self.build_mapping(depth)?);
                self.check_properties(start, anchor, tag.as_deref(), entries)
            }
            _ => {
                self.refuse(self.extent(span), AN_ALIAS, WRITE_IT_OUT);
                NodeValue::Refused
            }
        })
    }

    fn build_list(&mut self, depth: usize) -> Result<Vec<Node>, UnreadableRest> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => {
                    let mut item = self.build_node(event, span, depth + 1)?;
                    item.at = self.read_dash(&item);
                    items.push(item);
                }
            }
        }
    }

    /// An item of which nothing is there but its dash is placed behind the dash by the parser.
    fn read_dash(&self, item: &Node) -> TextExtent {
        let Node { at, value } = item;
        let empty = matches!(value, NodeValue::Scalar { text, plain: true } if text.is_empty());
        let before = at.column.saturating_sub(1);
        let line = self.source.line(at.line).unwrap_or_default();
        let is_dash = |column: u32| {
            line.chars().nth(usize::try_from(column).unwrap_or_default().wrapping_sub(1))
                == Some('-')
        };
        if empty && is_dash(before) {
            TextExtent { line: at.line, column: before, end_column: before }
        } else {
            *at
        }
    }

    fn build_mapping(&mut self, depth: usize) -> Result<Vec<MappingEntry>, UnreadableRest> {
        let mut entries = Vec::new();
        let mut seen: HashMap<String, u32> = HashMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let key_at = self.extent(span);
            let key = self.read_key(event, span, depth)?;
            let (event, span) = self.next()?;
            let value = self.build_node(event, span, depth + 1)?;
            let Some(key) = key else { continue };
            if let Some(line) = seen.get(&key) {
                let message = format!(
                    "the key `{}` is here a second time; the first is on line {line}",
                    key.escape_debug()
                );
                self.refuse(key_at, message, "remove one of the two");
                continue;
            }
            seen.insert(key.clone(), key_at.line);
            entries.push(MappingEntry { key, key_at, value });
        }
    }

    /// The text of a key; `None` if it is refused.
    fn read_key(
        &mut self,
        event: Event<'a>,
        span: Span,
        depth: usize,
    ) -> Result<Option<String>, UnreadableRest> {
        let at = self.extent(span);
        let merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
        if merge {
            self.refuse(
                at,
                "a merge key `<<` stands here",
                "write the keys out: merge keys are not allowed in a manifest",
            );
            return Ok(None);
        }
        if matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
            self.refuse(at, "a list or mapping is used as a key", "use a text as the key");
        }
        match self.build_node(event, span, depth + 1)?.value {
            NodeValue::Scalar { text, .. } => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    /// Refuses what may stand before a value; a tag also changes what the value means.
    fn check_properties(
        &mut self,
        start: Marker,
        anchor: usize,
        tag: Option<&Tag>,
        value: NodeValue,
    ) -> NodeValue {
        if anchor > 0 {
            let at = self.find_property(start, '&');
            self.refuse(
                at,
                "an anchor stands here",
                "remove it: anchors are not allowed in a manifest",
            );
        }
        if tag.is_none() {
            return value;
        }
        let at = self.find_property(start, '!');
        self.refuse(at, A_TAG, REMOVE_THE_TAG);
        NodeValue::Refused
    }

    /// Where the anchor or the tag is, of which the parser tells only where the first of the two
    /// starts.
    fn find_property(&self, start: Marker, mark: char) -> TextExtent {
        /// The two together are not longer, in what people write.
        const LONGEST: usize = 200;
        let line = u32::try_from(start.line())
            .ok()
            .and_then(|line| self.source.line(line))
            .unwrap_or_default();
        let here: Vec<char> = line.chars().skip(start.col()).take(LONGEST).collect();
        let first = here.iter().position(|c| *c == mark).unwrap_or(0);
        let length = here[first..]
            .iter()
            .take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '[' | ']' | '{' | '}'))
            .count();
        let first = start.col() + first;
        self.source.extent((start.line(), first), (start.line(), first + length))
    }

    fn extent(&self, span: Span) -> TextExtent {
        self.source.extent((span.start.line(), span.start.col()), (span.end.line(), span.end.col()))
    }

    fn refuse(&mut self, at: TextExtent, message: impl Into<String>, hint: &str) {
        self.findings.push(Finding::syntax(at, message, hint));
    }
}

/// What an empty text is in YAML.
fn empty_value() -> NodeValue {
    NodeValue::Scalar { text: String::new(), plain: true }
}
