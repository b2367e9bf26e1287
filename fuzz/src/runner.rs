//! The runner as it reads a step's log and its output file, written after its source
//! (`ActionCommand.cs`, `FileCommandManager.cs`).

/// A workflow command as the runner understands it.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    pub name: String,
    pub properties: Vec<(String, String)>,
    pub data: String,
}

impl Command {
    /// The value of a property; empty if there is none.
    pub fn property(&self, name: &str) -> &str {
        self.properties.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// The log's lines, as .NET's `StreamReader` breaks them.
pub fn lines(log: &str) -> impl Iterator<Item = &str> {
    log.split(['\n', '\r']).filter(|line| !line.is_empty())
}

/// The command of a line, in either form and to either reader: one who takes each character as it
/// is, and one who, like a comparison by the rules of a culture, overlooks what cannot be seen.
pub fn command(line: &str) -> Option<Command> {
    let seen: String = line.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
    current(line).or_else(|| older(line)).or_else(|| current(&seen)).or_else(|| older(&seen))
}

fn current(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties
        .trim()
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(_, value)| !value.is_empty());
    let properties =
        properties.map(|(key, value)| (key.to_owned(), unescape(value, true))).collect();
    Some(Command { name: name.to_lowercase(), properties, data: unescape(data, false) })
}

fn older(line: &str) -> Option<Command> {
    let (head, data) = line.split_once("##[")?.1.split_once(']')?;
    let name = head.split(' ').next().unwrap_or_default().to_lowercase();
    Some(Command { name, properties: Vec::new(), data: data.to_owned() })
}

fn unescape(text: &str, property: bool) -> String {
    let text = text.replace("%0D", "\r").replace("%0A", "\n");
    let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
    text.replace("%25", "%")
}

/// The outputs in an output file; on Linux only LF breaks its lines.
pub fn outputs(file: &str) -> Result<Vec<(String, String)>, String> {
    let mut outputs = Vec::new();
    let mut lines = file.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let line = line.trim_end_matches('\n');
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        match (equals, heredoc) {
            _ if line.is_empty() => {}
            (Some(at), heredoc) if heredoc.is_none_or(|heredoc| at < heredoc) => {
                outputs.push((line[..at].to_owned(), line[at + 1..].to_owned()));
            }
            (_, Some(at)) if at > 0 && line.len() > at + 2 => {
                let mut value: Vec<&str> = Vec::new();
                loop {
                    match lines.next() {
                        Some(end) if end.trim_end_matches('\n') == &line[at + 2..] => break,
                        Some(next) if next.ends_with('\n') => value.push(&next[..next.len() - 1]),
                        _ => return Err(format!("no end of {line:?}")),
                    }
                }
                outputs.push((line[..at].to_owned(), value.join("\n")));
            }
            _ => return Err(format!("not understood: {line:?}")),
        }
    }
    Ok(outputs)
}
