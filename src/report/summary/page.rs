//! A page of limited size, to which only whole pieces are added: a cut never leaves a table, code
//! or `<details>` open.

/// Bytes kept for what is said at the end of what was left out.
const RESERVE: usize = 2_048;

/// What is already on the page, and how much may be.
pub struct Page {
    text: String,
    room: usize,
}

impl Page {
    /// An empty page of so many bytes.
    pub fn new(room: usize) -> Self {
        Self { text: String::new(), room }
    }

    /// Bytes that are left for pieces.
    pub fn left(&self) -> usize {
        self.room.saturating_sub(RESERVE).saturating_sub(self.text.len())
    }

    /// Adds a piece if there is room for it; whether there was.
    pub fn add(&mut self, piece: &str) -> bool {
        let fits = piece.len() <= self.left();
        if fits {
            self.text.push_str(piece);
        }
        fits
    }

    /// Adds a table with as many rows as fit, the first ones first.
    pub fn add_rows(&mut self, header: &str, rows: impl ExactSizeIterator<Item = String>) {
        let mut refused = usize::from(!self.add(header)) * rows.len();
        for row in rows {
            if refused > 0 || !self.add(&row) {
                refused += 1;
            }
        }
        if refused > 0 {
            self.close(&format!(
                "\n**Left out here:** {refused} rows of this table, for want of room. The output \
                 `offers` has them.\n"
            ));
        } else {
            self.text.push('\n');
        }
    }

    /// Adds what is said of what was left out, for which room was kept.
    pub fn close(&mut self, text: &str) {
        if self.text.len() + text.len() <= self.room {
            self.text.push_str(text);
        }
    }

    /// The Markdown of the whole page.
    pub fn into_text(self) -> String {
        self.text
    }
}
